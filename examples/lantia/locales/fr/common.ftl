# Quelques textes ; le reste se lit en anglais.
language-name = Français
direction = ltr
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
date-full = { $weekday } { $day } { $month_name } { $year }
date-formal = { $day } { $month_name } { $year }
date-day = { $day } { $month_name }
span-days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
}
span-working-days = { $n ->
    [one] { $n } jour ouvrable
   *[other] { $n } jours ouvrables
}
span-weeks = { $n ->
    [one] { $n } semaine
   *[other] { $n } semaines
}
span-months = { $n } mois
