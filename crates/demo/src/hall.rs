//! The demo's reception hall: three windows, two of them staffed, and a morning that has begun.

use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::booking::{BookingPlan, Opening, plan, slots};
use huiyin_app::reception::leaders::{self, LeaderRule};
use huiyin_app::reception::ticket::{Wish, take_at_counter};
use huiyin_app::reception::{Hall, Window, come, desk, hall, sitting};
use huiyin_app::{Office, Result, Staff};
use huiyin_domain::ids::UnitId;
use huiyin_domain::posts::Power;
use huiyin_domain::procedure::Verb;
use jiff::civil::time;

use super::FRONT_OFFICE;

/// Who has come: service, and a need she states.
const CAME: [(&str, &str); 7] = [
    ("new_matter", ""),
    ("my_matter", ""),
    ("new_matter", "infant"),
    ("ask_the_way", ""),
    ("my_matter", "age"),
    ("new_matter", ""),
    ("booked", ""),
];

/// Who has booked: service, and a need she states.
const BOOKED: [(&str, &str); 3] = [("my_matter", ""), ("new_matter", "infant"), ("new_matter", "")];

/// Whose leaders receive visitors: unit, which weekday of the month, field.
const LEADERS: [(&str, i8, i8, &str); 2] = [("housing", 2, 2, "城建、供暖、物业"), (FRONT_OFFICE, 4, 4, "信访积案")];

/// Sets the hall up; tickets are given from now on.
///
/// # Errors
/// As the use cases.
pub(super) async fn set_up(office: &Office) -> Result<()> {
    let Some(head) = officer(office, Power::Head).await? else { return Ok(()) };
    let window = |number, name: &str, services: &[&str]| Window {
        number,
        name: name.to_owned(),
        services: services.iter().map(|s| (*s).to_owned()).collect(),
    };
    let windows = vec![
        window(1, "", &["new_matter", "my_matter", "booked"]),
        window(2, "", &["new_matter", "my_matter", "booked"]),
        window(3, "咨询台", &["ask_the_way"]),
    ];
    hall::put(office, &head, Hall { open: true, windows }).await?;
    let opening = |from, until| Opening { from, until };
    let hours = vec![opening(time(9, 0, 0, 0), time(11, 30, 0, 0)), opening(time(14, 0, 0, 0), time(17, 30, 0, 0))];
    plan::put(office, &head, BookingPlan { open: true, hours, minutes: 30, at_once: 1, ..BookingPlan::default() }, None)
        .await
}

/// Leaders receive visitors by a rule from now on, somebody has asked to meet one, visitors come, and the first is
/// being received.
///
/// # Errors
/// As the use cases.
pub(super) async fn morning(office: &Office) -> Result<()> {
    let Some(clerk) = officer(office, Power::TakeUp).await? else { return Ok(()) };
    for (service, need) in CAME {
        let wish = Wish { service: service.to_owned(), need: need.to_owned(), form: None };
        take_at_counter(office, &clerk, &wish).await?;
    }
    sitting::sit(office, &clerk, 1).await?;
    if let Some(head) = officer(office, Power::Head).await? {
        for (unit, week, weekday, topic) in LEADERS {
            let rule = LeaderRule {
                by: UnitId::new(unit),
                officer: None,
                week,
                weekday,
                hours: "9:00—11:30".to_owned(),
                place: "接待大厅第一接谈室".to_owned(),
                topic: topic.to_owned(),
                from: office.now().today(),
            };
            leaders::add(office, &head, rule).await?;
        }
    }
    let asked = [("topic", "供暖"), ("words", "供热公司换了以后一直不热，想当面说清楚。")];
    let asked = asked.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    let hall = UnitId::new(FRONT_OFFICE);
    come::begin(office, &hall, "meet_leader", &asked, &Beside::default(), "demo: asks to meet a leader", "demo")
        .await?;
    book(office).await?;
    announce(office).await?;
    if let Some(called) = desk::call_next(office, &clerk, 1).await? {
        desk::step(office, &clerk, &called, Verb::ReceiveVisitor, &[]).await?;
    }
    Ok(())
}

/// Three visitors book the next times that are free.
async fn book(office: &Office) -> Result<()> {
    let hall = UnitId::new(FRONT_OFFICE);
    let days = slots::days(office, &hall).await?;
    let free = days.iter().flat_map(|day| day.times.iter().filter(|t| t.free > 0).map(|t| (day.day, t.time)));
    let first: Vec<_> = free.take(BOOKED.len()).collect();
    for ((day, at), (service, need)) in first.into_iter().zip(BOOKED) {
        let at = at.strftime("%H:%M").to_string();
        let given = [("due_on", day.to_string()), ("slot", at.clone())].into_iter();
        let given = given.chain([("service", service.to_owned()), ("stated_need", need.to_owned())]);
        let given = given.map(|(field, text)| (field.to_owned(), text)).collect();
        let form = format!("demo: books {day} {at}");
        come::begin(office, &hall, "booking", &given, &Beside::default(), &form, "demo").await?;
    }
    Ok(())
}

/// A group says that it comes on the first day that can be booked.
async fn announce(office: &Office) -> Result<()> {
    let hall = UnitId::new(FRONT_OFFICE);
    let Some(day) = slots::days(office, &hall).await?.first().map(|d| d.day) else { return Ok(()) };
    let given = [
        ("request", "小区停暖两个月，要求恢复供暖、退还停暖期间的费用。"),
        ("headcount", "30"),
        ("at_time", "09:30"),
        ("needs", "有老人，请多备几把椅子和热水。"),
    ];
    let given = given.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned()));
    let given = given.chain([("due_on".to_owned(), day.to_string())]).collect();
    come::begin(office, &hall, "group_open", &given, &Beside::default(), "demo: a group", "demo").await?;
    Ok(())
}

/// The first officer of the front office with a power.
async fn officer(office: &Office, power: Power) -> Result<Option<Staff>> {
    let directory = office.directory().await?;
    let all = directory.officers.iter().filter(|o| o.active && o.unit.as_str() == FRONT_OFFICE);
    Ok(all.map(|o| Staff::from_officer(o.clone(), &directory)).find(|s| s.may(power)))
}
