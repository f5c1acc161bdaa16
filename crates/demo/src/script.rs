//! What happens to each demo petition, day by day. Everything is done through the use cases.

use huiyin_domain::procedure::Relation;

use super::Scenario;

/// One step of a script.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Days after receipt.
    pub day: i64,
    /// Who acts.
    pub by: Relation,
    /// The move.
    pub id: &'static str,
    /// Fields; `@0` becomes today, `@45` the day 45 days on.
    pub fields: Vec<(&'static str, String)>,
}

struct Script {
    day: i64,
    steps: Vec<Step>,
}

impl Script {
    fn then(&mut self, after: i64, by: Relation, id: &'static str, fields: &[(&'static str, &str)]) {
        self.day += after;
        self.steps.push(Step {
            day: self.day,
            by,
            id,
            fields: fields.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(),
        });
    }
}

const REMEDY: &str = "不服本意见的，可以自收到之日起三十日内向青溪县人民政府请求复查。";
const BASIS: &str = "《信访工作条例》第三十二条及有关行业规定。";

/// The steps of the `i`-th petition.
pub(super) fn steps(i: usize, scenario: &Scenario, direct: bool) -> Vec<Step> {
    let mut s = Script { day: 0, steps: Vec::new() };
    let pace = i64::try_from(i % 4).unwrap_or(0);
    match scenario.purpose.as_deref() {
        Some("accusation") => return accusation(s, scenario, pace),
        Some("suggestion") => return suggestion(s, scenario, pace),
        _ => {}
    }
    // One in seventeen waits too long at the petition office.
    if !direct {
        hand_over(&mut s, i, scenario, if i % 17 == 9 { 24 } else { 1 + pace });
    }
    match i % 31 {
        5 => return guided(s, pace),
        11 => return refused(s, pace),
        _ => {}
    }
    s.then(
        1 + pace,
        Relation::Holder,
        "accept",
        &[("accepted_on", "@0"), ("procedure", "本单位自受理之日起六十日内书面答复；您可以随时补充材料、查询进展。")],
    );
    s.then(
        3 + pace,
        Relation::Holder,
        "hear",
        &[
            ("on_day", "@0"),
            ("way", if i.is_multiple_of(2) { "telephone" } else { "in_person" }),
            ("summary", "听取本人陈述，核对诉求和证据，约定现场查看时间。"),
        ],
    );
    if i % 19 == 7 {
        s.then(2, Relation::Petitioner, "withdraw", &[("words", "问题已经当面说清楚，我自己决定撤回。")]);
        if i % 2 == 1 {
            s.then(6, Relation::Petitioner, "undo_withdrawal", &[]);
        } else {
            s.then(33, Relation::Holder, "archive_withdrawn", &[]);
            return s.steps;
        }
    }
    s.then(
        5 + pace,
        Relation::Holder,
        "investigate",
        &[("on_day", "@0"), ("way", "site_visit"), ("summary", scenario.found.as_str())],
    );
    if i % 5 == 1 {
        s.then(1, Relation::Petitioner, "add", &[("words", "补充两张照片和一份收据。")]);
    }
    answer(&mut s, i, scenario, pace);
    s.steps
}

fn hand_over(s: &mut Script, i: usize, scenario: &Scenario, wait: i64) {
    if i % 13 == 4 {
        let wrong = if scenario.unit == "urban" { "housing" } else { "urban" };
        s.then(wait, Relation::PetitionOffice, "refer", &[("to_unit", wrong)]);
        s.then(
            1,
            Relation::Holder,
            "object",
            &[("reason", "该事项不在本单位三定方案规定的职责范围内，建议转送主管单位。")],
        );
        s.then(1, Relation::Sender, "agree_objection", &[("reason", "核实职责分工，同意收回。")]);
        s.then(
            1,
            Relation::PetitionOffice,
            "refer",
            &[("to_unit", scenario.unit.as_str()), ("reason", "经核实，该事项属于你单位职责。")],
        );
    } else if i % 10 == 3 {
        s.then(
            wait,
            Relation::PetitionOffice,
            "assign",
            &[("to_unit", scenario.unit.as_str()), ("due_on", "@75"), ("reason", "涉及面广，请办结后报告结果。")],
        );
    } else {
        s.then(wait, Relation::PetitionOffice, "refer", &[("to_unit", scenario.unit.as_str())]);
    }
    if i % 3 != 2 {
        s.then(1, Relation::Holder, "take_up", &[]);
    }
}

fn answer(s: &mut Script, i: usize, scenario: &Scenario, pace: i64) {
    if i % 12 == 6 && scenario.unit != "baishi" {
        s.then(30, Relation::HolderHead, "extend", &[("days", "30"), ("reason", "情况复杂，须委托第三方检测鉴定。")]);
        s.then(20, Relation::Holder, "record", &[("on_day", "@0"), ("summary", "检测机构已进场取样。")]);
    }
    // One in nine answers late.
    let wait = if i % 9 == 2 { 62 } else { 14 + pace * 5 };
    let outcome = if i % 7 == 4 {
        "explain"
    } else if i % 11 == 8 {
        "not_support"
    } else {
        "support"
    };
    s.then(
        wait,
        Relation::Holder,
        "decide",
        &[
            ("request", &scenario.title),
            ("facts", &scenario.found),
            ("outcome", outcome),
            ("opinion", &scenario.opinion),
            ("legal_basis", BASIS),
            ("remedy", REMEDY),
        ],
    );
    if s.steps.iter().any(|step| step.id == "assign") {
        s.then(1, Relation::Holder, "report", &[("summary", "已经办结并书面答复，情况如处理意见书。")]);
    }
    s.then(
        2 + pace,
        Relation::Holder,
        "serve",
        &[
            ("way", if i.is_multiple_of(3) { "registered_post" } else { "in_person" }),
            ("received_on", "@0"),
            ("proof", "签收回执已存档"),
        ],
    );
    if i % 3 != 1 {
        let rate = if i % 4 == 1 { "partly" } else { "satisfied" };
        s.then(2, Relation::Petitioner, "rate", &[("rate_office", "satisfied"), ("rate_handler", rate)]);
    }
    if outcome == "support" {
        s.then(
            8 + pace,
            Relation::Holder,
            "report_execution",
            &[("on_day", "@0"), ("summary", "已经落实到位，当事人现场确认。")],
        );
    }
    match i % 8 {
        3 => review(s, i, scenario),
        _ => {
            s.then(38, Relation::Holder, "end", &[]);
            s.then(3, Relation::Holder, "archive", &[]);
        }
    }
}

fn review(s: &mut Script, i: usize, scenario: &Scenario) {
    s.then(1, Relation::Petitioner, "request_review", &[("words", "答复没有说明什么时候落实，请上一级机关复查。")]);
    s.then(
        6,
        Relation::Reviewer,
        "hear",
        &[("on_day", "@0"), ("way", "in_person"), ("summary", "复查机关当面听取意见。")],
    );
    s.then(
        9,
        Relation::Reviewer,
        "decide_review",
        &[
            ("outcome", if i.is_multiple_of(2) { "change" } else { "uphold" }),
            ("facts", &scenario.found),
            ("opinion", "原处理意见事实清楚；补充明确落实时限。"),
            ("legal_basis", "《信访工作条例》第三十五条。"),
            ("remedy", "不服的，可以自收到之日起三十日内向云岭市人民政府请求复核。"),
        ],
    );
    s.then(
        3,
        Relation::Reviewer,
        "serve_review",
        &[("way", "in_person"), ("received_on", "@0"), ("proof", "当面签收")],
    );
    if i % 16 == 3 {
        s.then(9, Relation::Petitioner, "request_rereview", &[("words", "请再核一次补偿的计算。")]);
        s.then(
            12,
            Relation::Reviewer,
            "decide_rereview",
            &[
                ("outcome", "uphold"),
                ("facts", &scenario.found),
                ("opinion", "复查意见适用依据正确，予以维持。"),
                ("legal_basis", "《信访工作条例》第三十六条。"),
                ("remedy", "有新的事实和理由，可以重新提出。"),
            ],
        );
        s.then(
            3,
            Relation::Reviewer,
            "serve_rereview",
            &[("way", "registered_post"), ("received_on", "@0"), ("proof", "挂号回执")],
        );
    } else {
        s.then(38, Relation::Holder, "end", &[]);
    }
    s.then(3, Relation::Holder, "archive", &[]);
}

fn guided(mut s: Script, pace: i64) -> Vec<Step> {
    s.then(
        2 + pace,
        Relation::Holder,
        "guide",
        &[
            ("path", "2"),
            ("target", "劳动争议仲裁"),
            ("where_to", "青溪县劳动人事争议仲裁委员会，人力资源和社会保障局一楼"),
            ("by_when", "从知道权利受到侵害之日起一年内"),
            ("cost", "不收费"),
            ("risk", "超过一年再申请，可能得不到支持；对裁决不服的，十五日内可以起诉。"),
            ("procedure", "带上合同、工资条和身份证复印件；仲裁四十五日内裁决。"),
            ("reason", "属于劳动争议，应当先经仲裁。"),
        ],
    );
    s.then(20, Relation::Holder, "ask_guided", &[("on_day", "@0"), ("summary", "仲裁委已经立案，等待开庭。")]);
    s.then(25, Relation::Holder, "end_guided", &[("opinion", "仲裁委已作出裁决，裁决书已送达双方。")]);
    s.then(3, Relation::Holder, "serve_final", &[("way", "in_person"), ("received_on", "@0"), ("proof", "当面签收")]);
    s.then(5, Relation::Holder, "archive", &[]);
    s.steps
}

fn refused(mut s: Script, pace: i64) -> Vec<Step> {
    s.then(
        2 + pace,
        Relation::Holder,
        "refuse",
        &[
            ("ground", "19(3)"),
            ("reason", "同一事项清水街道办事处已经受理，正在办理期限内。"),
            ("remedy", "可以查询原事项进展；认为办理有问题的，可以向县信访局反映。"),
        ],
    );
    s.then(
        3,
        Relation::Holder,
        "serve_final",
        &[("way", "registered_post"), ("received_on", "@0"), ("proof", "挂号回执")],
    );
    s.then(5, Relation::Holder, "archive", &[]);
    s.steps
}

fn suggestion(mut s: Script, scenario: &Scenario, pace: i64) -> Vec<Step> {
    s.then(1 + pace, Relation::PetitionOffice, "refer", &[("to_unit", &scenario.unit)]);
    s.then(3, Relation::Holder, "study", &[("procedure", "本单位将研究论证，并把采纳情况回复您。")]);
    s.then(25 + pace, Relation::Holder, "reply", &[("outcome", "adopt_partly"), ("opinion", &scenario.opinion)]);
    s.then(3, Relation::Holder, "serve_final", &[("way", "in_person"), ("received_on", "@0"), ("proof", "当面送达")]);
    s.then(10, Relation::Holder, "report_execution", &[("on_day", "@0"), ("summary", "已经列入计划并完成第一步。")]);
    s.then(3, Relation::Holder, "archive", &[]);
    s.steps
}

fn accusation(mut s: Script, scenario: &Scenario, pace: i64) -> Vec<Step> {
    s.then(
        1 + pace,
        Relation::PetitionOffice,
        "hand_to_receiver",
        &[("to_unit", "discipline"), ("reason", "按干部管理权限由县纪委监委接收，与被反映单位无隶属关系。")],
    );
    s.then(40, Relation::Holder, "feed_back", &[("opinion", &scenario.opinion)]);
    s.then(
        2,
        Relation::Holder,
        "serve_final",
        &[("way", "in_person"), ("received_on", "@0"), ("proof", "当面反馈，笔录存档")],
    );
    s.then(4, Relation::Holder, "archive", &[]);
    s.steps
}
