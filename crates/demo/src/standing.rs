//! What the demo county does beside its petitions: its standing duties, most of them done, and a case conference.

use std::collections::BTreeMap;

use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::posts::Post;
use huiyin_domain::procedure::Phase;
use jiff::ToSpan;
use jiff::civil::Date;

use super::{FRONT_OFFICE, StepFault, dated};
use huiyin_app::act::Move;
use huiyin_app::{AppError, Office, Result, Staff, proceedings};

/// Days after which a standing duty is done, where it is done in time.
const DONE_AFTER: i64 = 12;
/// The unit that leaves its own undone, so that a breach is seen.
const LATE: &str = "water";

/// The conference, by days before the last: who, which move, with what.
type Act = (i64, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);
const CONFERENCE: &[Act] = &[
    (20, FRONT_OFFICE, "clerk", "invite", &[("to_unit", "housing")]),
    (20, FRONT_OFFICE, "clerk", "invite", &[("to_unit", "water")]),
    (19, "housing", "head", "reply", &[("summary", "分管负责人参加")]),
    (19, "water", "head", "reply", &[("summary", "工程科参加")]),
    (14, FRONT_OFFICE, "clerk", "note_present", &[("to_unit", "housing")]),
    (14, FRONT_OFFICE, "clerk", "note_present", &[("to_unit", "water")]),
    (14, FRONT_OFFICE, "clerk", "hold_meeting", &[("on_day", "@0"), ("summary", "听取两个单位的情况，研究维修安排")]),
    (
        12,
        FRONT_OFFICE,
        "clerk",
        "write_minutes",
        &[
            ("facts", "小区管网使用多年，住建、供水两家各管一段。"),
            ("opinion", "住建局先抢修楼内管道；供水公司改造楼外管段。"),
        ],
    ),
    (11, FRONT_OFFICE, "head", "approve_minutes", &[]),
    (11, FRONT_OFFICE, "clerk", "resolve", &[("to_unit", "housing"), ("due_on", "@8"), ("summary", "抢修楼内管道")]),
    (11, FRONT_OFFICE, "clerk", "resolve", &[("to_unit", "water"), ("due_on", "@31"), ("summary", "改造楼外管段")]),
    (4, "housing", "head", "fulfil", &[("on_day", "@0"), ("summary", "楼内管道已经修复")]),
];

/// What is kept between days.
#[derive(Debug, Default)]
pub(super) struct Standing {
    conference: Option<String>,
}

impl Standing {
    /// Everything of one day; `shown` is the petition that the conference is about.
    pub(super) async fn work(&mut self, office: &Office, day: Date, last: Date, shown: Option<&str>) -> Vec<StepFault> {
        let mut faults = Vec::new();
        if day.day() % 7 == 0
            && let Err(error) = settle(office, day).await
        {
            faults.push(("record_done".to_owned(), error));
        }
        let ago = i64::from(huiyin_domain::calendar::number_of(last) - huiyin_domain::calendar::number_of(day));
        if ago == 20 {
            match convene(office, day, shown).await {
                Ok(number) => self.conference = Some(number),
                Err(error) => faults.push(("case_conference".to_owned(), error)),
            }
        }
        let Some(number) = &self.conference else { return faults };
        for (_, unit, post, id, fields) in CONFERENCE.iter().filter(|(on, ..)| *on == ago) {
            if let Err(error) = act(office, number, unit, post, id, fields, day).await {
                faults.push(((*id).to_owned(), error));
            }
        }
        faults
    }
}

/// Somebody who sits in a post.
async fn sitting(office: &Office, unit: &str, post: &str) -> Result<Staff> {
    let directory = office.directory().await?;
    let unit = huiyin_domain::ids::UnitId::new(unit);
    let officer =
        directory.holders(&unit, Post::from_id(post)).first().map(|o| (*o).clone()).ok_or(AppError::NotAllowed)?;
    Ok(Staff::from_officer(officer, &directory))
}

fn fields_on(fields: &[(&str, &str)], day: Date) -> BTreeMap<String, String> {
    fields.iter().map(|(k, v)| ((*k).to_owned(), dated(v, day))).collect()
}

async fn act(
    office: &Office,
    number: &str,
    unit: &str,
    post: &str,
    id: &str,
    fields: &[(&str, &str)],
    day: Date,
) -> Result<()> {
    let step = Move { id: id.to_owned(), fields: fields_on(fields, day), ..Move::default() };
    proceedings::act(office, &sitting(office, unit, post).await?, number, step).await.map(drop)
}

async fn convene(office: &Office, day: Date, shown: Option<&str>) -> Result<String> {
    let fields = [
        ("topic", "供水管网维修会商"),
        ("due_on", "@6"),
        ("summary", "请住建、供水两家一起研究"),
        ("joined", shown.unwrap_or_default()),
    ];
    let staff = sitting(office, FRONT_OFFICE, "clerk").await?;
    Ok(proceedings::begin(office, &staff, "case_conference", &fields_on(&fields, day), None).await?.number.clone())
}

/// Standing duties that began some days ago are done, but for one unit's.
async fn settle(office: &Office, day: Date) -> Result<()> {
    let before = day.checked_sub(DONE_AFTER.days()).unwrap_or(day);
    let units: Vec<_> =
        office.directory().await?.units.iter().map(|u| u.id.clone()).filter(|u| u.as_str() != LATE).collect();
    for unit in units {
        // A unit in which nobody sits owes it still.
        let Ok(head) = sitting(office, unit.as_str(), "head").await else { continue };
        let open = proceedings::list(office, &head, ProceedingKind::Office, None, 200).await?.rows;
        for duty in open.iter().filter(|p| p.phase == Phase::Handling && p.holder == unit && p.received_on <= before) {
            let fields = [("on_day", "@0"), ("summary", "已经完成")];
            act(office, &duty.number, unit.as_str(), "head", "record_done", &fields, day).await?;
        }
    }
    Ok(())
}
