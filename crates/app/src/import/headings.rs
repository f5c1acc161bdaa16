//! Headings: what a column means. The usual Chinese and English ones are known; others come by a mapping file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::source::Row;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The row's own id.
    Id,
    /// One line.
    Title,
    /// The text.
    Text,
    /// When it was received.
    Received,
    /// When it was accepted.
    Accepted,
    /// When it was answered.
    Answered,
    /// The answer.
    Reply,
    /// Open or ended.
    Status,
    /// Content class.
    Class,
    /// Place.
    Place,
    /// Body complained of.
    About,
    /// Name; goes into the vault.
    Name,
    /// Telephone; goes into the vault.
    Telephone,
    /// Not taken over.
    Ignore,
}

const KNOWN: &[(Role, &[&str])] = &[
    (
        Role::Id,
        &[
            "id",
            "unique key",
            "number",
            "case id",
            "case number",
            "reference",
            "编号",
            "留言编号",
            "信访编号",
            "登记编号",
            "信访件编号",
            "受理编号",
            "工单编号",
        ],
    ),
    (Role::Title, &["title", "subject", "headline", "complaint type", "标题", "主题", "留言主题", "信访标题", "概况信息", "事由", "信访事由"]),
    (
        Role::Text,
        &[
            "text",
            "body",
            "content",
            "description",
            "details",
            "descriptor",
            "message",
            "内容",
            "详情",
            "留言详情",
            "信访内容",
            "诉求内容",
            "主要内容",
            "反映内容",
            "反映问题",
            "诉求",
        ],
    ),
    (
        Role::Received,
        &[
            "received",
            "received on",
            "created",
            "created date",
            "date",
            "time",
            "submitted",
            "时间",
            "日期",
            "留言时间",
            "来信时间",
            "来访时间",
            "收到时间",
            "收到日期",
            "登记时间",
            "登记日期",
            "信访日期",
            "信访时间",
            "来信日期",
        ],
    ),
    (Role::Accepted, &["accepted", "accepted on", "受理日期", "受理时间"]),
    (
        Role::Answered,
        &["answered", "answered on", "reply time", "replied", "closed", "closed date", "resolved", "答复时间", "答复日期", "回复时间", "办结日期", "办结时间"],
    ),
    (
        Role::Reply,
        &[
            "reply",
            "answer",
            "response",
            "resolution description",
            "resolution",
            "答复意见",
            "答复内容",
            "回复内容",
            "办理结果",
            "处理结果",
            "办理意见",
            "处理意见",
        ],
    ),
    (Role::Status, &["status", "state", "状态", "办理状态", "是否办结"]),
    (Role::Class, &["class", "category", "label", "分类", "类别", "内容分类", "一级标签", "一级分类", "信访类别"]),
    (Role::Place, &["place", "location", "address", "city", "borough", "地点", "地址", "问题属地", "事发地", "所属地区", "区域"]),
    (Role::About, &["agency name", "department", "complained of", "被反映单位", "反映单位", "责任单位", "涉及单位"]),
    (Role::Name, &["name", "petitioner", "姓名", "信访人", "信访人姓名", "来信人", "来访人"]),
    (Role::Telephone, &["phone", "telephone", "mobile", "电话", "联系电话", "手机", "手机号", "联系方式"]),
];

/// Words of a status column that say a matter is ended.
const ENDED: &[&str] = &["closed", "resolved", "completed", "done", "rejected", "已办结", "办结", "已答复", "已回复", "已归档", "已结", "是"];
/// Words that say it is open.
const OPEN: &[&str] = &["open", "assigned", "in progress", "pending", "started", "未办结", "办理中", "待办", "受理中", "转办", "否"];

/// A status that says the matter is ended.
pub(super) fn says_ended(status: &str) -> bool {
    ENDED.contains(&status.trim().to_lowercase().as_str())
}

/// A status that says the matter is open.
pub(super) fn says_open(status: &str) -> bool {
    OPEN.contains(&status.trim().to_lowercase().as_str())
}

/// Headings given by the operator: heading → role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(BTreeMap<String, Role>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingFile {
    map: BTreeMap<String, Role>,
}

impl Mapping {
    /// Reads a mapping file: `[map]`, then `"heading" = "role"`.
    ///
    /// # Errors
    /// In words, with the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: MappingFile = huiyin_rules::from_toml(text)?;
        Ok(Self(file.map.into_iter().map(|(k, v)| (plain(&k), v)).collect()))
    }

    pub(super) fn roles(&self, headings: &[String]) -> Roles {
        let mut columns: BTreeMap<Role, Vec<String>> = BTreeMap::new();
        for heading in headings {
            let key = plain(heading);
            let known = self.0.get(&key).copied().or_else(|| KNOWN.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(role, _)| *role));
            if let Some(role) = known.filter(|r| *r != Role::Ignore) {
                columns.entry(role).or_default().push(heading.clone());
            }
        }
        let places = headings.iter().any(|h| h == "code")
            && headings.iter().any(|h| h == "name")
            && !columns.contains_key(&Role::Text)
            && !columns.contains_key(&Role::Title);
        Roles { columns, places }
    }
}

fn plain(heading: &str) -> String {
    heading.trim().trim_start_matches('\u{feff}').to_lowercase().replace(['_', '-'], " ")
}

/// Which columns hold what.
#[derive(Debug)]
pub(super) struct Roles {
    columns: BTreeMap<Role, Vec<String>>,
    places: bool,
}

impl Roles {
    pub fn is_place_list(&self) -> bool {
        self.places
    }

    /// The value of a role; several columns of one role are joined by lines, but for days and ids the first that is filled.
    pub fn value(&self, role: Role, row: &Row) -> String {
        let filled = self.columns.get(&role).into_iter().flatten().filter_map(|h| row.cells.get(h)).map(|v| tidy(v)).filter(|v| !v.is_empty());
        if role == Role::Text { filled.collect::<Vec<_>>().join("\n") } else { filled.take(1).collect() }
    }

    /// The heading to name in a fault.
    pub fn heading(&self, role: Role) -> String {
        self.columns.get(&role).and_then(|all| all.first().cloned()).unwrap_or_else(|| format!("({})", serde_name(role)))
    }
}

fn serde_name(role: Role) -> &'static str {
    match role {
        Role::Text => "text",
        Role::Received => "received",
        _ => "missing",
    }
}

/// Tabs and runs of blanks at the ends of lines go; lines stay.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').map(|l| l.trim_matches([' ', '\t', '\r', '\u{a0}', '\u{3000}'])).collect();
    lines.join("\n").replace('\0', "").trim().to_owned()
}
