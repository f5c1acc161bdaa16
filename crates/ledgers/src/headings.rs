//! Headings and words of a status: what a column and a word mean. The usual Chinese and English ones are known; others
//! come by a mapping file. What is not known is named, never guessed.

use std::collections::BTreeMap;

use huiyin_domain::text;
use serde::Deserialize;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The row's own number.
    Id,
    /// One line.
    Title,
    /// The text.
    Text,
    /// When it was received.
    Received,
    /// When it was accepted.
    Accepted,
    /// When it was answered or ended.
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
    /// How many ask.
    Headcount,
    /// Name; goes into the vault.
    Name,
    /// Telephone; goes into the vault.
    Telephone,
    /// Where somebody lives or gets letters; goes into the vault.
    Address,
    /// Kept as a line of the text, with its heading.
    Line,
    /// Whether the row is anonymous: 是 or 否.
    Anonymous,
    /// Division code, of a list of places.
    Code,
    /// Not taken over.
    Ignore,
}

/// Known headings, in the form of `text::heading`; the first of a role is taken before those behind it.
const KNOWN: &[(Role, &[&str])] = &[
    (
        Role::Id,
        &[
            "信访编号",
            "信访件编号",
            "登记编号",
            "留言编号",
            "受理编号",
            "工单编号",
            "编号",
            "unique key",
            "case number",
            "case id",
            "reference",
            "number",
            "id",
        ],
    ),
    (
        Role::Title,
        &[
            "信访标题",
            "标题",
            "留言主题",
            "主题",
            "信访事由",
            "事由",
            "概况信息",
            "title",
            "subject",
            "headline",
            "complaint type",
        ],
    ),
    (
        Role::Text,
        &[
            "信访内容",
            "内容",
            "留言详情",
            "详情",
            "主要内容",
            "诉求内容",
            "反映内容",
            "反映问题",
            "反映事项",
            "信访事项",
            "主要诉求",
            "诉求",
            "内容摘要",
            "摘要",
            "text",
            "body",
            "content",
            "description",
            "details",
            "message",
            "descriptor",
        ],
    ),
    (
        Role::Received,
        &[
            "收到日期",
            "收到时间",
            "收件日期",
            "收信日期",
            "来信日期",
            "来信时间",
            "来访日期",
            "来访时间",
            "信访日期",
            "信访时间",
            "留言时间",
            "登记日期",
            "登记时间",
            "日期",
            "时间",
            "received on",
            "received",
            "created date",
            "created",
            "submitted",
            "date",
            "time",
        ],
    ),
    (Role::Accepted, &["受理日期", "受理时间", "accepted on", "accepted"]),
    (
        Role::Answered,
        &[
            "答复日期",
            "答复时间",
            "回复时间",
            "回复日期",
            "办结日期",
            "办结时间",
            "answered on",
            "answered",
            "reply time",
            "replied",
            "closed date",
            "closed",
            "resolved",
        ],
    ),
    (
        Role::Reply,
        &[
            "答复意见",
            "答复内容",
            "答复",
            "回复内容",
            "回复",
            "办理结果",
            "处理结果",
            "处理意见",
            "办理意见",
            "reply",
            "answer",
            "response",
            "resolution description",
            "resolution",
        ],
    ),
    (Role::Status, &["办理状态", "办理情况", "办理情况状态", "状态", "是否办结", "办结情况", "status", "state"]),
    (
        Role::Class,
        &["内容分类", "信访类别", "问题分类", "一级分类", "一级标签", "分类", "类别", "class", "category", "label"],
    ),
    (Role::Place, &["事发地", "地点", "问题属地", "所属地区", "区域", "place", "location", "city", "borough"]),
    (Role::About, &["被反映单位", "反映单位", "责任单位", "涉及单位", "agency name", "department", "complained of"]),
    (Role::Headcount, &["信访人数", "来访人数", "人数", "headcount", "people"]),
    (
        Role::Name,
        &["姓名", "信访人姓名", "信访人", "来信人", "来访人", "署名", "留言用户", "petitioner", "name", "user"],
    ),
    (
        Role::Telephone,
        &["联系电话", "电话", "手机号码", "手机号", "手机", "电话号码", "联系方式", "telephone", "phone", "mobile"],
    ),
    // An address beside a name is where somebody lives, unless the heading says that it happened there.
    (
        Role::Address,
        &["地址", "address", "通信地址", "通讯地址", "联系地址", "家庭住址", "家庭地址", "现住址", "住址", "住所"],
    ),
    (
        Role::Line,
        &[
            "信访形式",
            "信访方式",
            "信访渠道",
            "来源",
            "渠道",
            "拟办意见",
            "领导批示",
            "批示",
            "处理情况",
            "承办单位",
            "办理单位",
            "交办单位",
            "转办单位",
            "交办日期",
            "转办日期",
            "办结期限",
            "办理期限",
            "备注",
            "说明",
            "location type",
            "open data channel type",
            "due date",
            "resolution action updated date",
            "remarks",
            "note",
            "notes",
        ],
    ),
    (Role::Anonymous, &["是否匿名", "匿名", "anonymous"]),
    (Role::Code, &["code"]),
    // Numbers of rows, votes and coordinates: nothing of a matter.
    (
        Role::Ignore,
        &[
            "序号",
            "行号",
            "点赞数",
            "反对数",
            "up",
            "down",
            "signatures",
            "no",
            "latitude",
            "longitude",
            "incident zip",
            "address type",
            "community board",
            "agency",
        ],
    ),
];

/// Words of a status that say a matter is ended.
const ENDED: &[&str] = &[
    "closed",
    "resolved",
    "completed",
    "done",
    "rejected",
    "ended",
    "answered",
    "已办结",
    "办结",
    "办结归档",
    "按期办结",
    "逾期办结",
    "限期办结",
    "提前办结",
    "已按期办结",
    "结案",
    "已结案",
    "已结",
    "完结",
    "已完结",
    "已办",
    "已办理",
    "办理完毕",
    "办理完成",
    "已完成",
    "已答复",
    "已书面答复",
    "已回复",
    "已归档",
    "归档",
    "已处理",
    "已办毕",
    "办毕",
    "已撤回",
    "撤回",
    "不予受理",
    "不再受理",
    "是",
];
/// Words that say it is open.
const OPEN: &[&str] = &[
    "open",
    "assigned",
    "in progress",
    "pending",
    "started",
    "new",
    "unresolved",
    "未办结",
    "未结",
    "未办",
    "未完成",
    "未答复",
    "未回复",
    "未处理",
    "未受理",
    "办理中",
    "正在办理",
    "在办",
    "承办中",
    "处理中",
    "正在处理",
    "调查中",
    "核查中",
    "待办",
    "待办理",
    "待处理",
    "待受理",
    "待答复",
    "待核实",
    "受理中",
    "已受理",
    "受理",
    "已登记",
    "登记",
    "已转办",
    "转办",
    "已转送",
    "转送",
    "已交办",
    "交办",
    "已转交",
    "新件",
    "延期办理",
    "延期",
    "否",
];

/// What a word of a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Still to be done.
    Open,
    /// Answered or otherwise ended.
    Ended,
}

/// What the operator says of headings and of words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    headings: BTreeMap<String, Role>,
    status: BTreeMap<String, Status>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingFile {
    #[serde(default)]
    map: BTreeMap<String, Role>,
    #[serde(default)]
    status: BTreeMap<String, Status>,
}

impl Mapping {
    /// Reads a mapping file: `[map]` with `"heading" = "role"`, and `[status]` with `"word" = "open"` or `"ended"`.
    ///
    /// # Errors
    /// In words, with the line.
    pub fn parse(file: &str) -> Result<Self, String> {
        let line = |e: &toml::de::Error| {
            e.span().and_then(|s| file.get(..s.start)).map_or(0, |before| before.matches('\n').count() + 1)
        };
        let file: MappingFile = toml::from_str(file).map_err(|e| format!("line {}: {}", line(&e), e.message()))?;
        Ok(Self {
            headings: file.map.into_iter().map(|(k, v)| (text::heading(&k), v)).collect(),
            status: file.status.into_iter().map(|(k, v)| (word(&k), v)).collect(),
        })
    }

    /// What a heading says of its column; `None` when it is not known.
    pub fn role(&self, heading: &str) -> Option<Role> {
        let key = text::heading(heading);
        self.headings
            .get(&key)
            .copied()
            .or_else(|| KNOWN.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(role, _)| *role))
    }

    /// What a word of a status says; `None` when it is not known.
    pub fn status(&self, said: &str) -> Option<Status> {
        let word = word(said);
        let listed = |list: &[&str]| list.contains(&word.as_str());
        self.status.get(&word).copied().or_else(|| match (listed(ENDED), listed(OPEN)) {
            (true, _) => Some(Status::Ended),
            (_, true) => Some(Status::Open),
            _ => None,
        })
    }

    pub fn roles(&self, headings: &[String]) -> Roles {
        let mut columns: BTreeMap<Role, Vec<usize>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for (at, heading) in headings.iter().enumerate().filter(|(_, h)| !text::is_blank(h)) {
            match self.role(heading) {
                Some(role) => columns.entry(role).or_default().push(at),
                None => unknown.push(at),
            }
        }
        // An address by itself is where it happened; beside a name or a telephone it is where somebody lives.
        if !columns.contains_key(&Role::Name) && !columns.contains_key(&Role::Telephone) {
            let plain = |at: &usize| {
                headings.get(*at).is_some_and(|h| ["地址", "address"].contains(&text::heading(h).as_str()))
            };
            let of_place: Vec<usize> = columns
                .get_mut(&Role::Address)
                .map(|all| all.extract_if(.., |at| plain(at)).collect())
                .unwrap_or_default();
            columns.entry(Role::Place).or_default().extend(of_place);
            columns.retain(|_, all| !all.is_empty());
        }
        for (role, all) in &mut columns {
            let names = KNOWN.iter().find(|(r, _)| r == role).map_or(&[][..], |(_, names)| names);
            // One that the operator named is meant before any that is only known.
            let rank = |at: &usize| {
                headings
                    .get(*at)
                    .map(|h| text::heading(h))
                    .map_or(usize::MAX, |h| names.iter().position(|n| *n == h).map_or(0, |i| i + 1))
            };
            // Texts stay in the order of the columns.
            if !matches!(role, Role::Text | Role::Line | Role::Place) {
                all.sort_by_key(rank);
            }
        }
        let has = |role| columns.contains_key(&role);
        let places = has(Role::Code) && has(Role::Name) && !has(Role::Text) && !has(Role::Title);
        if !places {
            unknown.extend(columns.remove(&Role::Code).into_iter().flatten());
        }
        Roles { columns, unknown, places }
    }
}

/// A word of a status as it is compared.
fn word(said: &str) -> String {
    // As headings: without remarks in brackets (已办结（逾期）) and blanks between characters.
    text::heading(&text::folded(&text::line(said)))
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ')
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Which columns hold what.
#[derive(Debug)]
pub struct Roles {
    columns: BTreeMap<Role, Vec<usize>>,
    /// Columns whose heading is not known.
    pub unknown: Vec<usize>,
    places: bool,
}

impl Roles {
    pub fn is_place_list(&self) -> bool {
        self.places
    }

    /// The columns of a role, the one that counts first.
    pub fn columns(&self, role: Role) -> &[usize] {
        self.columns.get(&role).map_or(&[], Vec::as_slice)
    }
}
