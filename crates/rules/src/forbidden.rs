//! Measures that a pack may not order (DESIGN.md, "What Huiyin will not do"; PLANS.md, end), in whatever words.
//!
//! The closed alphabet of verbs and the floor are the real guard. Here the free texts are read, normalised (full-width,
//! zero-width, traditional forms, signs between characters), sentence by sentence: as acts on persons and not as words
//! alone. A sentence that forbids such an act to officials passes, and so do help that the person asks for, tracking of
//! a matter, and what a clause of law says. The words stand only in files whose path has `forbidden` in it.

use std::sync::LazyLock;

use huiyin_domain::text;
use regex::Regex;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::PackFiles;
use crate::error::{PackError, line_of};

/// Acts of one kind, and what they do to people.
struct Kind {
    /// Patterns over a folded sentence without blanks and signs; `,` stands between its parts.
    patterns: &'static [&'static str],
    measure: Measure,
    /// It passes where the person asks for it or is in need of care.
    care: bool,
}

/// What a measure does to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Stops, fetches back, sends home or takes away.
    Stop,
    /// Watches, follows, keeps under control.
    Watch,
    /// Labels, lists or grades.
    Label,
    /// Presses through others or through benefits.
    Press,
    /// Takes or steers what people write or carry.
    Speech,
    /// Calls police for anything but danger to life or health.
    Force,
}

impl Measure {
    /// Why it is not carried out.
    pub fn why(self) -> &'static str {
        match self {
            Self::Stop => "no one may be stopped, fetched back, sent home or taken away; duties bind offices only",
            Self::Watch => "no one may be watched, followed, accompanied or held under control",
            Self::Label => "no label, list or grade of persons is kept",
            Self::Press => "no pressure through relatives, employers, schools or benefits, and none to give up",
            Self::Speech => "what people write or carry is not to be taken, removed or steered",
            Self::Force => "police are called for danger to life or health only",
        }
    }
}

/// Whoever petitions, as texts name them.
macro_rules! person {
    () => {
        "(?:信访人员?|上访人员?|来访人员?|访民|信访群众|上访群众|来访群众|信访者|上访者|信访户|上访户|诉求人|反映人|投诉人|举报人|当事人|重点人|重访人员?|集访人员|聚集人员|对方|本人|其人|他们|她们|他|她|其|人)"
    };
}
/// Petitioners and nobody else.
macro_rules! petitioner {
    () => {
        "(?:信访人员?|上访人员?|来访人员|访民|信访群众|上访群众|信访户|上访户|信访者|上访者|重访人员?|(?:重复|多次|反复|越级|进京|赴京|赴省|集体|非正常|缠|闹|老)(?:信|上|来)?访(?:的)?(?:人员?|群众|户|对象|者)|缠访人员?|闹访人员?)"
    };
}
/// Who stands near a person.
macro_rules! near {
    () => {
        "(?:亲属|亲友|亲戚|亲朋|家属|家人|家里人|配偶|爱人|子女|儿女|父母|老乡|邻居|房东|雇主|老板|所在单位|工作单位|用人单位|所属单位|原单位|单位领导|单位负责人|单位同事|同事|学校|老师|班主任|所在村|村组干部|村干部|社区干部|网格员)"
    };
}

const KINDS: &[Kind] = &[
    Kind {
        patterns: &[
            r"劝返|劝回|劝离|截访|拦访|堵访|截堵|遣返|遣送|接返|押回|押送|送返|驻京|接劝|劝阻(?:信访|上访|来访|进京|赴)",
            concat!(r"(?:接|带|领|拉|弄|叫|拽|送|护送|请)回(?:", person!(), r"|原籍|当地|家|户籍|属地|去)"),
            concat!(
                r"(?:把|将|对|让|使)?",
                person!(),
                r"(?:们|等|全部|一律|尽快|及时|立即|马上|安全|稳妥)*(?:接|带|领|拉|弄|叫|拽|送|护送)(?:回|返|走|离)"
            ),
            r"^(?:接回|带离|领回|带回)$|(?:接回|领回|带回)(?:工作|任务|措施|人员|责任)|(?:组织|安排|负责|派人|派车|专人|前往|赴京|到京)[^,]{0,8}(?:接回|领回|带回|接人|接访回)",
            concat!(
                r"(?:强行|强制)带离|(?:依法)?带离(?:现场|",
                person!(),
                r")|(?:拦截|拦阻|阻拦|拦住|堵截|阻止|阻挠)[^,]{0,6}(?:",
                petitioner!(),
                r"|上访|信访|进京|赴省|越级|",
                person!(),
                r"(?:进京|上访|离|去|出))"
            ),
            r"^(?:拦截|拦阻|阻拦)$|途中(?:拦|劝|截)|(?:车站|机场|路口|沿途|出口)[^,]{0,6}(?:拦|截|堵|守)(?:人|访|住|截)?",
        ],
        measure: Measure::Stop,
        care: true,
    },
    Kind {
        patterns: &[
            r"稳控|盯控|盯防|盯守|盯人|盯死|看死|盯住|死看死守|布控|尾随|跟访|监视|监控(?:信访|上访|来访|人员|其|他|她)|看住|管住|[一二三四五六七八两多]包一|[0-9]包[0-9一]|包保(?:到人|人|对象|责任人)",
            concat!(
                r"(?:全程|全天|昼夜|二十四小时|24小时|贴身|秘密|悄悄)?(?:跟踪|跟随|跟着|跟紧)(?:",
                person!(),
                r"|动向|行踪|到底$)"
            ),
            r"^(?:全程)?跟踪$|全程跟踪(?:$|,)",
            concat!(
                r"(?:管控|控制|掌控|看管|看守|软禁|限制|拘束)(?:住|好)?(?:",
                petitioner!(),
                r"|",
                person!(),
                r"(?:的)?(?:行动|出行|自由|外出|人身)?)(?:$|,|[^的员口])"
            ),
            concat!(
                r"(?:",
                petitioner!(),
                r"|人员|对象|重点)[^,]{0,4}(?:管控|看管|看守|控制)|^管控$|(?:做好|落实|加强|严格)管控(?:工作|措施|责任)?(?:$|,)"
            ),
            r"(?:专人|干部|民警|警察|保安|辅警|工作人员|人员|安排人|派人|派员|两人|二人|24小时|二十四小时|全天|全程|轮流|轮班|昼夜|一对一)[^,]{0,8}(?:陪同|陪护|看护|陪着|陪伴|跟随|守着|看守|蹲守|值守(?:其|信访人|家门|住所)|盯着|贴身)",
            concat!(r"(?:陪同|陪护|看护|陪着)(?:好|住)?(?:", petitioner!(), r")(?:$|,|[^的])"),
            concat!(
                r"(?:了解|掌握|打听|摸清|摸排|查清|核查|查找|监测|关注|注意|紧盯|报告|上报|排查|查询|获取|锁定|弄清|探听|追踪|盯)[^,]{0,8}(?:",
                person!(),
                r"(?:的|们的)?)?(?:行踪|动向|活动轨迹|行动轨迹|出行轨迹|行程轨迹|落脚点|藏身|下落)"
            ),
            concat!(
                r"(?:了解|掌握|打听|摸清|查清|核查|查询|获取|锁定|报告)[^,]{0,4}",
                person!(),
                r"(?:的|们的)?[^,]{0,2}(?:去向|位置|住处|行程|车次|购票|车票|航班|住宿|出行|外出|通话|聊天)"
            ),
            r"定位(?:其|他|她|信访人|上访人)?(?:的)?手机|手机定位|调取(?:其|他|她|信访人)[^,]{0,6}(?:轨迹|监控|通话|位置)",
        ],
        measure: Measure::Watch,
        care: true,
    },
    Kind {
        patterns: &[
            r"重点人(?:员|口|群)?(?:[^密员]|$)|重点(?:信访|上访|稳控|管理)(?:人|对象|户)|缠访|闹访|缠闹|非访|非正常(?:上|信|来)访|越级(?:上|信|来)?访|老户(?:[^型]|$)|老上访|上访专业户|上访户|无理访|偏执型|黑名单|访霸|重访户",
            concat!(
                r"(?:",
                petitioner!(),
                r")(?:的)?[^,]{0,8}(?:台账|台帐|名单|名册|花名册|底册|黑名单|数据库|人员库|信息库|画像|标签|积分|打分|评分|评级|分级|分类管理|登记造册|建档立卡)"
            ),
            concat!(
                r"(?:建立|列入|纳入|录入|公布|公开|通报|编制|制作|整理|报送|上报|形成)[^,]{0,8}(?:",
                petitioner!(),
                r"|重点人)[^,]{0,6}(?:台账|台帐|名单|名册|花名册|库|档案|清单)"
            ),
            r"(?:标注|标记|登记|认定|定性)(?:为)?[^,]{0,4}(?:重复访|无理访|缠访|闹访|异常访|极端人员|重点)",
        ],
        measure: Measure::Label,
        care: false,
    },
    Kind {
        patterns: &[
            concat!(
                r"(?:",
                near!(),
                r")[^,]{0,8}(?:劝说|劝解|劝导|劝其|劝他|劝她|劝信访|劝上访|劝好|规劝|说服|劝(?:$|,)|做通|做(?:其|他|她|他们|好其|好)?(?:的)?(?:思想|思想政治|思想教育|教育|说服|劝说|稳定|疏导|息访|化解)?工作|做[^,]{1,8}(?:的)?(?:思想|思想政治|说服|劝说|稳定|息访)工作|施加|施压|约束|管好|管住|看住|看管|领人|担保|具保|签(?:订|署)?(?:保证|承诺))"
            ),
            concat!(
                r"(?:让|请|叫|要求|责成|通过|动员|发动|联系|通知|借助|依靠|安排)[^,]{0,6}(?:",
                near!(),
                r")[^,]{0,6}(?:出面|配合|介入|稳住|带回|领回|接回|接走|领走|帮助做|协助做|做工作)"
            ),
            r"(?:通知|告知|联系)(?:其|信访人|上访人|当事人)?(?:的)?(?:亲属|家属|家人|父母|子女)(?:$|,|到场领|来领|前来)",
            r"(?:向|对|给)(?:其|信访人|上访人|他|她|家属|亲属|单位)[^,]{0,4}施(?:加)?压|^施压$|施加压力",
            r"息访|罢访|息诉|罢诉|停访|(?:保证|承诺|具结|签字)[^,]{0,6}不(?:再)?(?:上访|信访|来访|反映|越级)|训诫(?:信访|上访|来访|其|他|她|$|,)|^训诫|诫勉(?:信访人|上访人)",
            r"(?:停发|停止发放|扣发|停掉|取消|扣减|暂停|缓发|收回)(?:其|信访人|上访人|他|她|家庭|家人|亲属)?(?:的)?(?:低保|待遇|工资|养老金|退休金|补贴|补助|救助|福利|社保|津贴|扶贫款)",
            r"(?:动员|说服|劝说|要求|责令|督促|引导)(?:其|信访人|上访人|他|她|他们)?(?:自愿|主动|尽快)?(?:撤回|撤诉|撤访|放弃|不再(?:上访|信访|反映))",
        ],
        measure: Measure::Press,
        care: true,
    },
    Kind {
        patterns: &[
            r"(?:收缴|没收|扣押|收走|抢|撕毁|清理)[^,]{0,4}(?:横幅|标语|条幅|状纸|材料|手机)|删帖|删除帖文|删除(?:网帖|帖子|评论|言论)|封号|控评|压热搜|舆情(?:$|,|[^回关])|舆论(?:引导|管控|监控|导向)",
        ],
        measure: Measure::Speech,
        care: false,
    },
    Kind {
        patterns: &[
            concat!(
                r"从[严重快][^,]{0,4}(?:处置|处理|打击|惩治)[^,]{0,4}(?:",
                petitioner!(),
                r"|上访|信访|来访)|(?:处置|打击|惩治|惩处|整治)(?:",
                petitioner!(),
                r"|上访人|信访人)"
            ),
            r"(?:按|根据|依)(?:照)?(?:人数|规模)[^,]{0,6}(?:出警|派警|警力|警员)|(?:出警|警力)[^,]{0,6}(?:按|根据)(?:人数|规模)",
            concat!(
                r"(?:公安|民警|警察|派出所|特警)[^,]{0,10}(?:带走|带离|控制|传唤|拘留|强制|驱散|清场|约束|警告|训)(?:",
                petitioner!(),
                r"|",
                person!(),
                r"|$|,)"
            ),
        ],
        measure: Measure::Force,
        care: false,
    },
];

/// The same in English, over a folded sentence with single blanks.
const ENGLISH: &[Kind] = &[
    Kind {
        patterns: &[
            r"\b(?:bring|fetch|take|send|escort|return|get|haul|drive|move|march|pull)(?:s|ing)?\b(?: \w+){0,3}? (?:petitioners?|complainants?|visitors?|people|persons?|protesters?|them|him|her|group)\b(?: \w+){0,2}? (?:back|home|away|off)\b",
            r"\b(?:intercept|stop|block|detain|repatriate|deport|turn back|round up|head off|hold back|remove|dissuade|persuade|talk)(?:s|ed|ing)?\b(?: \w+){0,3}? (?:petitioners?|complainants?|visitors?|protesters?|them|him|her|person|people)\b(?: \w+){0,4}? ?(?:(?:to|into|from|out of|not) (?:go|going|return|returning|leave|leaving|withdraw|withdrawing|petition|petitioning|travel|travelling|come|coming|give|giving|visit|visiting)\b|$|,)",
        ],
        measure: Measure::Stop,
        care: true,
    },
    Kind {
        patterns: &[
            r"\b(?:monitor|track|follow|watch|surveil|shadow|tail|trail|observe|trace)(?:s|ed|ing)?\b(?: \w+){0,3}? (?:petitioners?|complainants?|persons?|people|protesters?|them|him|her)\b(?:$|,| (?:at|around|closely|movements|whereabouts|and|day|all|to|by|wherever|online))",
            r"\bwhereabouts\b|\b(?:petitioners?|complainants?|their|his|her)(?:'s?)? movements\b|\bkeep(?:s|ing)? (?:an eye|watch|tabs) on\b|\bstability control\b|\b(?:locate|geolocate)(?:s|ing)? (?:their|his|her|the petitioners?) phones?\b",
            r"\b(?:accompany|accompanies|accompanied|guard|guarded|mind)(?:ing|s)?\b(?: \w+){0,3}? (?:petitioners?|complainants?|them|him|her)\b(?: \w+){0,4}? (?:at all times|around the clock|day and night|everywhere|wherever)",
            r"\b(?:control|contain|restrain|stabili[sz]e)(?:s|ed|ing)? (?:the |these |those |key )?(?:petitioners?|complainants?|protesters?)\b",
        ],
        measure: Measure::Watch,
        care: true,
    },
    Kind {
        patterns: &[
            r"\b(?:list|lists|register|ledger|file|files|database|roster|watch ?-?list|watchlist|blacklist|record)s? (?:of|on) (?:(?:the|all|repeat|repeated|abnormal|key|problem|vexatious|persistent|serial|habitual|frequent|known) )*(?:petitioners?|complainants?)\b",
            r"\bkey (?:persons?|individuals?|petitioners?|targets?)\b|\b(?:abnormal|vexatious|serial|habitual|unreasonable) (?:petition(?:er|ing)?s?|complain(?:ant|er)s?)\b|\bblack ?list|\bwatch ?list|\b(?:score|rank|grade|rate|flag|label|profile)(?:s|d|ing)? (?:the |each |every )?(?:petitioners?|complainants?)\b",
        ],
        measure: Measure::Label,
        care: false,
    },
    Kind {
        patterns: &[
            r"\b(?:relatives?|family|families|parents?|children|spouse|employers?|bosses|boss|work ?-?units?|schools?|teachers?|landlords?|neighbou?rs?|colleagues)\b(?: \w+){0,5}? (?:persuade|pressure|press|urge|talk|convince|dissuade|lean on|restrain|bring|make)\b",
            r"\b(?:persuade|pressure|press|urge|use|have|get|ask|contact|call|mobili[sz]e)(?:s|d|ing)?\b(?: \w+){0,3}? (?:relatives?|family|parents?|employers?|boss|school|teacher|landlord)\b(?: \w+){0,3}? (?:to|into|and) (?:persuade|pressure|stop|talk|bring|convince|restrain|fetch|calm|work on)\b",
            r"\b(?:stop|cut|suspend|withhold|cancel|dock)(?:s|ped|ting|ing)? (?:the |their |his |her )?(?:petitioners?'? )?(?:benefits?|pensions?|wages?|pay|welfare|allowances?|subsid(?:y|ies))\b",
            r"\b(?:pledge|promise|undertaking|undertake|guarantee)s?\b(?: \w+){0,3}? (?:not to|never to|to stop) petition",
        ],
        measure: Measure::Press,
        care: true,
    },
    Kind {
        patterns: &[
            r"\b(?:confiscate|seize|take|remove|tear down)(?:s|d|ing)? (?:\w+ ){0,2}?(?:banners?|placards?|leaflets?)\b|\b(?:delete|remove|take down)(?:s|d|ing)? (?:\w+ ){0,2}?(?:posts?|comments?)\b|\b(?:steer|guide|control|manage)(?:s|ing)? (?:public )?opinion\b|\bpublic opinion (?:control|monitoring|guidance)\b",
        ],
        measure: Measure::Speech,
        care: false,
    },
    Kind {
        patterns: &[
            r"\bpolice\b(?: \w+){0,6}? (?:by (?:headcount|numbers|the number of people)|arrest|detain|remove|disperse|take away)\b",
        ],
        measure: Measure::Force,
        care: false,
    },
];

/// Compiled patterns of the kinds; a test shows that each compiles.
type Compiled = Vec<(&'static Kind, Vec<Regex>)>;

fn compiled(kinds: &'static [Kind]) -> Compiled {
    kinds.iter().map(|k| (k, k.patterns.iter().filter_map(|p| Regex::new(p).ok()).collect())).collect()
}

static CHINESE_KINDS: LazyLock<Compiled> = LazyLock::new(|| compiled(KINDS));
static ENGLISH_KINDS: LazyLock<Compiled> = LazyLock::new(|| compiled(ENGLISH));

/// What forbids an act, standing before it in the same part of a sentence.
static FORBIDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:不得|禁止|严禁|不准|不许|不允许|不可|不应|不能|不要|不会|不再|绝不|决不|从不|杜绝|防止|避免|制止|纠正|反对|无权|而不是|不是|并非|不以|不搞|不把|不将|不对|不因|不用|不作|不做|拒绝|无须|无需|不需要|不存在|不予|不设|不建|不按|不给|不向)(?P<rest>.*)$").ok()
});
/// What turns it round again.
static ORDERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:不|有误|延误|拖延|少于|低于|超过|遗漏|漏|松懈|马虎|懈怠|缺)|(?:应当|必须|务必|确保|立即|而是|但)")
        .ok()
});
/// What answers for an act: it is named as a wrong.
static ANSWERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[^,]{0,10}(?:的|行为|做法|现象|情形|等)[^,]{0,6},?[^。]{0,24}(?:追究|问责|处分|查处|纠正|追责|违法|违纪|违规|通报批评|不允许|予以制止)").ok()
});
static FAILS_TO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"不力|不配合|未能|未按|没有|拒不|不到位|不落实|未完成|不及时|失职|失控|脱管|漏管").ok()
});
/// Said of what was suffered.
static SUFFERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:被|遭|遭到|遭受|受到|反映|投诉|控告|举报|申诉|关于|涉及|因)[^,]{0,6}$").ok());
/// Asked for, or needed.
static CARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:本人|信访人|其|当事人|来访人|来访者|她|他|监护人|自己|老人|残疾人)(?:的|们)?(?:主动)?(?:要求|请求|申请|同意|自愿|提出|愿意|需要|希望|委托|许可|选择)|自愿|提出要求的|提出需要|有需要的|需要帮助|愿意的|就医|就诊|送医|急救|抢救|突发疾病|发病|晕倒|受伤|生命危险|生命安全|行动不便|残疾|轮椅|儿童|未成年|孕妇|孕|婴|高龄|翻译|手语|盲人|无障碍|走失").ok()
});
const LISTS: &[&str] =
    &["不得有下列", "不得有以下", "禁止下列", "严禁下列", "严禁以下", "不得出现", "不做的事", "不得实施"];
static ENGLISH_FORBIDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:must not|may not|shall not|should not|cannot|can not|does not|do not|never|not be|no one|nobody|no officer|no office|prohibit\w*|forbid\w*|forbidden|without|refuses? to|against|rather than|instead of|no)\b[^,]*$").ok()
});
static ENGLISH_CARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:if|when|where|who|whoever|at|on|with) (?:she|he|they|the petitioner|the person|her|his|their|you|your)?(?: own)? ?(?:asks?|wish(?:es)?|agrees?|requests?|wants?|needs?|consents?|request|consent)\b|\bfor those who ask\b|\bill\b|\binjur|\bmedical|\binterpreter|\bdisab").ok()
});

/// The words of a text that order a measure against a person, and what it does; `None`: nothing of the kind.
pub fn refusal(words: &str) -> Option<(String, Measure)> {
    let folded = text::folded(words);
    chinese(&folded).or_else(|| english(&folded))
}

fn chinese(folded: &str) -> Option<(String, Measure)> {
    // Marks that only part a word are out; those that part a sentence stay. A line broken within a sentence parts
    // nothing.
    let mut joined = String::new();
    for line in folded.lines() {
        joined.extend(line.chars().filter_map(|c| match c {
            '。' | '!' | '?' | ';' | '！' | '？' | '；' => Some('。'),
            ',' | '，' | ':' | '：' => Some(','),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        }));
        if line.trim_start().starts_with('#') || line.trim_end().ends_with(|c: char| "。！？；：.!?;:”\"".contains(c))
        {
            joined.push('。');
        }
    }
    let listed = |before: &str| LISTS.iter().any(|l| before.contains(l));
    let mut begun = 0;
    for sentence in joined.split('。') {
        let before_all = joined.get(..begun).unwrap_or_default();
        begun += sentence.len() + '。'.len_utf8();
        for (kind, patterns) in CHINESE_KINDS.iter() {
            for found in patterns.iter().flat_map(|p| p.find_iter(sentence)) {
                let (before, after) = (
                    sentence.get(..found.start()).unwrap_or_default(),
                    sentence.get(found.end()..).unwrap_or_default(),
                );
                let passes = listed(before_all)
                    || listed(before)
                    || is_forbidden(before, found.as_str())
                    || is_answered_for(before, after)
                    || (kind.care && matches(&CARE, sentence));
                if !passes && !is_of_a_matter(found.as_str(), before, after) {
                    return Some((found.as_str().trim_matches(',').to_owned(), kind.measure));
                }
            }
        }
    }
    None
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|p| p.is_match(text))
}

/// Whether the same part of the sentence forbids the act before it names it.
fn is_forbidden(before: &str, found: &str) -> bool {
    let part = before.rsplit(',').next().unwrap_or_default();
    let whole = format!("{part}{found}");
    let forbids = FORBIDS.as_ref().and_then(|f| f.captures(&whole));
    let rest = forbids.as_ref().and_then(|c| c.name("rest")).map(|r| r.as_str());
    // A part that names only who or how belongs to the one before it: 任何单位不得以任何理由,截访.
    let carried = part.is_empty()
        && before.trim_end_matches(',').ends_with(['由', '式', '名', '义', '得', '禁'])
        && matches(&FORBIDS, before.trim_end_matches(',').rsplit(',').next().unwrap_or_default());
    carried || rest.is_some_and(|r| !matches(&ORDERS, r)) || matches(&SUFFERED, part)
}

/// Whether the act is named as something that somebody answers for.
fn is_answered_for(before: &str, after: &str) -> bool {
    let part = before.rsplit(',').next().unwrap_or_default();
    matches(&ANSWERS, after) && !matches(&FAILS_TO, part) && !matches(&FAILS_TO, after)
}

/// Look-alikes: what is tracked is a matter, what is called back is a line.
fn is_of_a_matter(found: &str, before: &str, after: &str) -> bool {
    const TRACKED: &[&str] = &[
        "督办", "办理", "问效", "落实", "进展", "进度", "结果", "整改", "反馈", "服务", "回访", "检查", "评估", "事项",
        "案件", "问题", "督查", "解决", "处理", "执行", "情况",
    ];
    const LINES: &[&str] = &["电话", "来电", "热线", "电", "水", "管", "线", "燃气", "网", "信号"];
    const THINGS: &[&str] = &[
        "扬尘",
        "污染",
        "噪声",
        "交通",
        "风险",
        "疫情",
        "质量",
        "火源",
        "用火",
        "安全",
        "成本",
        "价格",
        "排放",
        "施工",
        "道路",
        "车辆",
        "食品",
        "药品",
        "危险化学品",
        "水质",
        "土壤",
        "空间",
        "规划",
        "用地",
        "资金",
        "项目",
        "市场",
        "矛盾",
        "行业",
        "政策",
        "诉求",
        "事项",
        "事件",
    ];
    const ABOUT: &[&str] = &["反映", "投诉", "关于", "因", "认为", "对", "涉及", "不服"];
    let tracked = found.contains("跟踪") && TRACKED.iter().any(|t| after.starts_with(t));
    let line = found.contains("回") && LINES.iter().any(|l| after.starts_with(l));
    let thing = ["管控", "动向", "下落", "控制", "监测", "轨迹"].iter().any(|w| found.contains(w))
        && THINGS.iter().any(|t| before.ends_with(t) || found.contains(t));
    let benefit =
        ["停发", "扣发", "取消", "扣减", "暂停", "收回", "停止发放", "缓发"].iter().any(|w| found.contains(w))
            && (ABOUT.iter().any(|w| before.rsplit(',').next().is_some_and(|p| p.contains(w)))
                || ["的问题", "的事项", "的决定", "的争议", "的应当", "的,应当"].iter().any(|w| after.starts_with(w)));
    let withdrawn =
        found.contains("撤回") && ["转交", "转送", "交办", "文件", "公告", "决定"].iter().any(|w| after.starts_with(w));
    let chosen =
        found.contains("名单") && (found.contains("代表") || before.contains("代表") || before.contains("推选"));
    tracked || line || thing || benefit || withdrawn || chosen
}

fn english(folded: &str) -> Option<(String, Measure)> {
    if !folded.chars().any(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    for sentence in folded.split(['.', '!', '?', ';', '。', '\n']) {
        let spaced: String = sentence
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || c == '\'' || c == '-' {
                    c
                } else if matches!(c, ',' | ':' | '，') {
                    ','
                } else {
                    ' '
                }
            })
            .collect();
        let plain = spaced.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",");
        for (kind, patterns) in ENGLISH_KINDS.iter() {
            for found in patterns.iter().flat_map(|p| p.find_iter(&plain)) {
                let before = plain.get(..found.start()).unwrap_or_default();
                if !(matches(&ENGLISH_FORBIDS, before) || kind.care && matches(&ENGLISH_CARE, &plain)) {
                    return Some((found.as_str().trim_matches([',', ' ']).to_owned(), kind.measure));
                }
            }
        }
    }
    None
}

/// Every text of a pack that orders a forbidden measure, with file and line. What a clause of law says, and the facts
/// of a case, are no orders.
pub(crate) fn find(files: &PackFiles) -> Vec<PackError> {
    let mut out = Vec::new();
    for (file, text) in &files.files {
        let mut said = Vec::new();
        // A file that is no TOML is refused by the reader, with its line.
        if let Ok(table) = DeTable::parse(text) {
            for (key, value) in table.get_ref() {
                if !matches!(key.get_ref().as_ref(), "clause" | "case") {
                    strings(value.get_ref(), value.span().start, &mut said);
                }
            }
        }
        for (words, offset) in said {
            if let Some((found, reason)) = refusal(&words) {
                out.push(PackError {
                    pack: files.id.clone(),
                    file: file.clone(),
                    line: line_of(text, offset),
                    message: format!("`{found}` is a measure Huiyin does not carry out: {}; take it out and write what the office owes instead", reason.why()),
                });
            }
        }
    }
    out
}

fn strings(value: &DeValue<'_>, offset: usize, out: &mut Vec<(String, usize)>) {
    match value {
        DeValue::String(text) => out.push((text.to_string(), offset)),
        DeValue::Array(list) => list.iter().for_each(|v| strings(v.get_ref(), v.span().start, out)),
        DeValue::Table(table) => table.iter().for_each(|(_, v)| strings(v.get_ref(), v.span().start, out)),
        _ => {}
    }
}
