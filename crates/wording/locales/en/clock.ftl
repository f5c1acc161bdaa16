how-reckoned = How it is reckoned
clock-from-receipt = received
clock-from-acceptance = accepted
clock-from-service = answer received
clock-from-start = start
clock-ends = ends
clock-running = Until { $legal }: day { $at } of { $total }, { $left } left.
clock-today = Today is the last day ({ $legal }), until 24:00.
clock-right = Open until { $legal }, that day included; { $left } left.
clock-right-today = Today is the last day ({ $legal }), until 24:00.
clock-late = It was due on { $legal } and is { $over } late. The lateness is the office's, not the petitioner's.
clock-done = Done on { $on }; it was due on { $legal }.
clock-done-late = Done on { $on }, later than { $legal }.
clock-lapsed = Not used by { $legal }.
clock-closed = No longer owed.
clock-stopped = Not counting now.
clock-short = Until { $due }.
clock-short-late = It was due at { $due } and is late.
reckon-start = Start
reckon-start-text = { $fact } on { $start }; that day is not counted, the count begins on { $first }
reckon-period = Period
reckon-calendar-days = { $n } days, counted one after another, holidays included
reckon-working-days = { $n } working days; weekends and holidays are left out, make-up working days count
reckon-weeks = { $n } weeks
reckon-months = { $n } months, to the day with the same number
reckon-years = { $n } years, to the same day
reckon-hours = { $n } hours
reckon-minutes = { $n } minutes
reckon-period-law = { $length } ({ $cite }: { $gist })
reckon-period-house = { $length } (the law gives no number; this is the office's own promise)
reckon-stop = Not counted
reckon-stop-text = { $from } to { $to } are not counted ({ $why })
reckon-extension = Extension
reckon-extension-text = approved by the head of { $unit }: { $days } days from the first due day. { $why }
reckon-rest = Rest days left out
reckon-made-up = Make-up working days counted
reckon-end = End
reckon-end-plain = { $legal }, a working day; it does not move
reckon-end-made-up = { $legal }, a weekend day that works by notice; it does not move
reckon-end-rolled = the last day, { $nominal }, falls on { $name } and moves to the next working day, { $legal }
reckon-if-extended = If extended
reckon-if-extended-text = only with approval of the head of { $unit }, once, { $days } days at most, and the petitioner is told why
reckon-provisional = Provisional
reckon-provisional-text = the holiday notice for these days is not published yet; the day will be reckoned again, and the change stated
late-by = { $days } late
due-today = today 24:00
left-days = { $days } left
due-on = due { $day }
stopped = not counting now
clock-first-day = Until { $legal }; { $total }, counted from tomorrow.
clock-running-rolled = The period of { $total } ends on a day of rest and is carried to { $legal }; today is day { $at }, { $left } left.
reckon-start-short = { $start }, { $fact }; counted from then
span-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
span-working-days = { $n ->
    [one] 1 working day
   *[other] { $n } working days
}
span-weeks = { $n ->
    [one] 1 week
   *[other] { $n } weeks
}
span-months = { $n ->
    [one] 1 month
   *[other] { $n } months
}
span-years = { $n ->
    [one] 1 year
   *[other] { $n } years
}
span-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
span-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
span-night = { $day } ({ $night } from { $from } to { $until })
reckon-period-set = set by { $unit }: to { $legal } ({ $cite })
the-sender = the sender
reckon-consequence = Who is late answers for it
reckon-consequence-text = { $cite }: { $gist }
reckon-provisional-past = There is no calendar before { $first } here; only weekends were taken out
