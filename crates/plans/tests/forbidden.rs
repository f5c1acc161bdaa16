//! What no plan may order, plainly and reworded, and what only looks like it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use huiyin_plans::{Coverage, Row, RowKind, Words, lines_of, read};

#[path = "../../rules/tests/forbidden_texts/lists.rs"]
mod lists;

use lists::{LAWFUL, REFUSED};

/// Orders done to people for petitioning.
const MEASURES: &[&str] = &[
    "对赴京人员及时开展劝返工作",
    "组织专班赴京将人员接回",
    "由属地负责将上访人员遣返",
    "将上访人员带离现场",
    "必要时强行带离",
    "在车站、高速路口设卡拦截上访人员",
    "途中拦阻，防止人员进京",
    "做好重点人员稳控",
    "落实重点人员管控措施",
    "安排专人对上访人全程跟踪",
    "通知亲属做工作",
    "通知所在单位施压",
    "收缴横幅",
    "没收标语",
    "从严从快处置上访人",
    "公安按人数出警，每10人不少于2名民警",
    "驻京开展劝访",
    "将其列入老户名单",
    "公布上访人名单",
    "建立缠访闹访登记制度",
    "加强舆情管控",
    "及时删帖",
    "对拒不息访的停发低保待遇",
    "村干部24小时轮流看守重点户",
    "对重点人员落实“五包一”责任制",
    "明确包保责任人，一人一案一专班盯紧靠牢",
    "组织力量做好人员吸附工作，确保不出县",
    "密切掌握上访人员去向",
    "每日上报重点人员在位情况",
    "由网格员每天入户查看其是否在家",
    "动员其子女劝其息诉罢访",
    "请学校老师做学生家长工作",
    "对参与集访的公职人员家属由所在单位约谈",
    "联系房东不再续租",
    "把煽动者交公安机关依法处理",
    "对不听劝告的予以训诫",
    "依法采取强制措施",
    "将情绪激动人员与其他人员隔离",
    "对聚集人员进行分割、疏散",
    "由保安将滞留人员请出大厅",
    "劝其离开办公场所",
    "引导至信访接待场所以外的地点",
    "引导群众有序离场",
    "安排大巴将群众送回",
    "组织车辆将上访人员接回当地",
    "不得让上访人员进入县城",
    "严防越级上访",
    "确保不发生进京上访",
    "对重点人员手机进行定位",
    "安排人员进入微信群了解情况",
    "收集带头人员的信息",
    "查清组织者及骨干情况",
    "摸清串联人员底数",
    "对现场人员拍照录像固定证据",
    "核查来访人员身份并建档",
    "将来访人员信息录入系统并标注等级",
    "对多次上访的纳入信用记录",
    "约谈网上发帖人",
    "协调网站屏蔽相关信息",
    "谢绝媒体采访",
    "统一对外发布口径",
    "加强网络监控",
    "以上访批次人次作为考核依据",
    "实行信访总量排名通报",
    "对越级上访实行一票否决",
    "暂缓办理其子女入学手续",
    "不再受理其今后的诉求",
    "对缠访人员不予接待",
    "限制其外出",
    "陪同其外出，做到寸步不离",
    "请其家人看好本人",
    "派出警力维持秩序",
    "提前通知派出所到场警戒",
    "调集保安在门口列队",
    "收取来访人员手机",
    "进入前一律安检，没收标语、喇叭",
    "在接待室安装摄像头监控来访人员",
    "选派与上访人关系密切的亲友做其思想工作",
    "动员单位职工劝说参与人员退出",
    "发现有组织上访苗头的，立即对带头人采取控制措施",
    "落实稳控责任",
    "做好稳定工作，把人稳在当地",
    "对扰乱秩序的信访人依法追究其法律责任",
    "对不符合救助条件的上访人，报派出所处理",
    "严禁上访人员在门前聚集",
];

/// What officials owe, and what forbids officials a measure.
const OWED: &[&str] = &[
    "责任单位负责人1小时内到场接待",
    "耐心听取来访群众意见",
    "将来访人员请入接待室",
    "对来访人员反映的问题逐一登记",
    "告知来访人员受理范围和办理期限",
    "不得拦截信访人",
    "严禁打击报复信访人",
    "对推诿扯皮的工作人员追究责任",
    "发现有人轻生的，立即拨打110和120",
    "疏通消防通道，防止拥挤踩踏",
    "为行动不便的来访人员提供轮椅",
    "来访人员要求返程且有困难的，安排车辆",
    "值班室24小时值班",
    "每2小时向领导小组报告一次",
    "召集有关部门会商",
    "对属于本单位职责的当场答复",
    "调查核实群众反映的问题",
    "处置结束后3个工作日内写出总结",
    "每年组织一次演练",
    "根据演练情况修订预案",
    "来访人员不懂普通话的，安排翻译",
    "宣传科及时发布情况说明",
    "领导接待日每月15日安排一名县领导接访",
    "请来访群众推选不超过5名代表",
    "依法应当通过诉讼解决的，告知诉讼途径",
    "对受伤人员及时送医",
    "做好会议记录",
    "由司法局组织调解",
    "安排心理咨询师提供心理疏导",
    "经费列入财政预算",
    "保卫科维护接待场所安全，检查用电和消防",
    "对领导批示事项进行督办",
    "15日内书面答复信访人",
    "接到报告后，值班领导立即启动预案",
    "准备饮用水和常用药品",
    "对泄露信访人信息的工作人员依法处理",
    "由分管领导包案，限期解决问题",
    "排查本单位信访事项中未办结的问题",
    "到场后先让群众把话讲完",
    "因工作失职造成后果的，依纪依规处理",
    "与上级信访部门保持联系，派员协助接待",
    "尊重来访人员的风俗习惯",
];

/// Kinds of duties.
const KINDS: &[(&str, &str)] = &[
    ("责任单位负责人1小时内到场接待", "receive"),
    ("耐心听取来访群众意见", "listen"),
    ("将来访人员请入接待室", "receive"),
    ("对来访人员反映的问题逐一登记", "record"),
    ("值班室24小时值班", "staff"),
    ("每2小时向领导小组报告一次", "report"),
    ("召集有关部门会商", "convene"),
    ("对属于本单位职责的当场答复", "answer"),
    ("调查核实群众反映的问题", "investigate"),
    ("处置结束后3个工作日内写出总结", "review"),
    ("每年组织一次演练", "train"),
    ("来访人员不懂普通话的，安排翻译", "interpret"),
    ("宣传科及时发布情况说明", "inform"),
    ("请来访群众推选不超过5名代表", "receive"),
    ("依法应当通过诉讼解决的，告知诉讼途径", "inform"),
    ("对受伤人员及时送医", "emergency_help"),
    ("做好会议记录", "record"),
    ("由司法局组织调解", "mediate"),
    ("安排心理咨询师提供心理疏导", "care"),
    ("经费列入财政预算", "supply"),
    ("对领导批示事项进行督办", "review"),
    ("15日内书面答复信访人", "answer"),
    ("由分管领导包案，限期解决问题", "decide"),
    ("为行动不便的来访人员提供轮椅", "care"),
    ("发现有人轻生的，立即拨打110和120", "emergency_help"),
    ("疏通消防通道，防止拥挤踩踏", "keep_safe"),
];

fn rows(text: &str) -> Vec<Row> {
    let plan = format!("某县信访局应急预案\n一、现场处置\n1、{text}。\n");
    read(&lines_of(plan.as_bytes()).unwrap(), Words::shipped()).into_iter().filter(|r| r.line_from == 3).collect()
}

#[test]
fn the_words_of_the_program_are_patterns() {
    Words::compile().unwrap();
}

#[test]
fn no_measure_passes_as_a_duty_in_whatever_words() {
    let mut refused = 0;
    for measure in MEASURES {
        for written in [(*measure).to_owned(), spaced(measure), measure.replace('人', "人\u{200b}")] {
            let passed: Vec<Row> = rows(&written).into_iter().filter(Row::is_duty).collect();
            assert!(passed.is_empty(), "{written}: {passed:?}");
        }
        refused += usize::from(rows(measure).iter().any(|r| r.kind == RowKind::Refused));
    }
    assert!(refused * 100 >= MEASURES.len() * 95, "{refused} of {} are refused, the others are asked", MEASURES.len());
}

/// With a blank after every second character, as documents have them.
fn spaced(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        out.push(c);
        if i % 2 == 1 && c > '\u{3400}' {
            out.push('\u{200b}');
        }
    }
    out
}

#[test]
fn nothing_lawful_is_refused() {
    for clause in OWED {
        let all = rows(clause);
        assert!(all.iter().all(|r| r.kind != RowKind::Refused), "{clause}: {all:?}");
    }
}

fn is_chinese(text: &&&str) -> bool {
    text.contains(|c: char| c > '\u{3400}')
}

#[test]
fn what_no_pack_may_order_is_no_duty_of_a_plan_and_what_looks_like_it_is_seldom_refused() {
    for order in REFUSED.iter().filter(is_chinese) {
        let passed: Vec<Row> = rows(order).into_iter().filter(Row::is_duty).collect();
        assert!(passed.is_empty(), "{order}: {passed:?}");
    }
    let refused = |clause: &&&str| rows(clause).iter().any(|r| r.kind == RowKind::Refused);
    let all = LAWFUL.iter().filter(is_chinese).count();
    let wrong: Vec<&&str> = LAWFUL.iter().filter(is_chinese).filter(refused).collect();
    assert!(wrong.len() * 100 <= all * 8, "{} of {all}: {wrong:?}", wrong.len());
}

#[test]
fn a_clause_has_its_kind_of_duty() {
    for (clause, kind) in KINDS {
        let all = rows(clause);
        let kinds: Vec<&str> = all.iter().filter_map(|r| r.duty_kind.as_deref()).collect();
        assert_eq!(kinds, [*kind], "{clause}: {all:?}");
    }
}

#[test]
fn traditional_characters_are_read_as_simplified_ones() {
    let simple = rows("主管单位领导要在1小时内赶到现场参与接待");
    let old = rows("主管單位領導要在1小時內趕到現場參與接待");
    let plain = |all: &[Row]| all.iter().map(|r| (r.kind, r.duty_kind.clone(), r.within.clone())).collect::<Vec<_>>();
    assert_eq!(plain(&simple), plain(&old));
    assert!(old.iter().any(|r| r.text.contains("趕到現場")), "and kept as they were written: {old:?}");
    assert!(rows("做好重點人員穩控").iter().all(|r| r.kind == RowKind::Refused));
}

#[test]
fn every_line_with_words_has_its_rows_and_none_is_longer_than_its_line() {
    let plan = "某镇预案\n\n一、组织领导\n组长：某某（镇长）；成员：各办公室负责人。\n级别 人数 负责人 到场时间\n一级 20人以上 镇长 1小时以内\n二、处置\n1、接到报告后，值班领导立即启动预案，向县信访局报告。\n";
    let lines = lines_of(plan.as_bytes()).unwrap();
    let all = read(&lines, Words::shipped());
    for (i, line) in lines.iter().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let here: Vec<&Row> = all.iter().filter(|r| r.line_from == i + 1).collect();
        assert!(!here.is_empty(), "{line}");
        for row in here {
            assert!(line.contains(&row.text), "{} in {line}", row.text);
        }
    }
    let of = Coverage::of(&all);
    assert_eq!(of.duties + of.text + of.refused + of.questions, all.len());
    assert!(of.duties >= 3, "{all:?}");
}

#[test]
fn what_is_not_understood_is_asked() {
    let all = rows("对照省里的要求把这一块的工作认认真真地抓起来");
    assert!(all.iter().all(|r| !r.is_duty()), "{all:?}");
    assert!(all.iter().any(|r| r.question), "{all:?}");
}

#[test]
fn documents_of_every_kind_give_lines() {
    use huiyin_plans::SourceFault;
    let gbk: &[u8] = b"\xd4\xa4\xb0\xb8\r\n\xd2\xbb\xa1\xa2\xd7\xdc\xd4\xf2\r\n";
    assert_eq!(lines_of(gbk).unwrap(), ["预案", "一、总则", ""]);
    let page = "<!doctype html><html><head><title>x</title><script>1</script></head><body><h1>预案</h1><p>一、总则<br>二、职责</p><table><tr><td>一级</td><td>20人以上</td></tr></table></body></html>";
    assert_eq!(lines_of(page.as_bytes()).unwrap(), ["预案", "一、总则", "二、职责", "一级 20人以上"]);
    assert_eq!(lines_of(b"").unwrap_err(), SourceFault::Empty);
    assert_eq!(lines_of(" \n\u{200b}\n".as_bytes()).unwrap_err(), SourceFault::Empty);
    assert_eq!(lines_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").unwrap_err(), SourceFault::OldWord);
    for damaged in [&b"PK\x03\x04 and nothing"[..], b"%PDF-1.7 and nothing", b"text with \0 in it"] {
        assert!(matches!(lines_of(damaged), Err(SourceFault::Damaged { .. } | SourceFault::Scan)), "{damaged:?}");
    }
}
