//! Each door through one function, with the characters people's keyboards, phones and office programs produce.

use super::days::{self, DayFault, Order};
use super::*;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

#[test]
fn prose_keeps_what_is_seen() {
    for (typed, kept) in [
        ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        ("供\u{200b}暖\u{feff}停了\u{202e}", "供暖停了"),
        ("一\u{b}二\u{c}三", "一\n二\n三"),
        ("⽔渠塌⽅，⻓期", "水渠塌方，长期"),
        ("ＡＢＣ１２３：请查！", "ＡＢＣ１２３：请查！"),
        ("　　您好。　\n\n", "您好。"),
        ("क्\u{200d}ष", "क्\u{200d}ष"),
        ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
        ("a\u{0}b\u{1}c\u{7f}", "abc"),
        ("e\u{301}", "é"),
    ] {
        assert_eq!(prose(typed), kept, "{typed:?}");
    }
}

#[test]
fn a_line_is_one_line() {
    for (typed, kept) in [
        ("供暖”一事\n# 处理决定\n同意", "供暖”一事 # 处理决定 同意"),
        ("　ＡＢ　１２３ \t 号 ", "AB 123 号"),
        ("路灯\u{b}坏了", "路灯 坏了"),
        ("a\u{2028}b\u{85}c", "a b c"),
    ] {
        assert_eq!(line(typed), kept, "{typed:?}");
    }
}

#[test]
fn names_of_people_and_lists() {
    assert_eq!(name("张　三"), "张三");
    assert_eq!(name("Ｊｏｈｎ  Smith"), "John Smith");
    assert_eq!(name("阿不都·热合曼"), "阿不都·热合曼");
    for (typed, read) in [
        ("张三 李四 王五", vec!["张三", "李四", "王五"]),
        ("张三、李四，王五;赵六\n钱七", vec!["张三", "李四", "王五", "赵六", "钱七"]),
        ("张　三　李四　王　五", vec!["张三", "李四", "王五"]),
        ("王 小明", vec!["王小明"]),
        ("欧阳修远 李四", vec!["欧阳修远", "李四"]),
        ("John Smith, Jane Roe", vec!["John Smith", "Jane Roe"]),
        ("\u{200b}、 \u{3164} ", vec![]),
    ] {
        assert_eq!(names(typed), read, "{typed:?}");
    }
}

#[test]
fn telephones() {
    for (typed, kept) in [
        ("\u{202d}139 0013 8000\u{202c}", "139 0013 8000"),
        ("１３９００１３８０００", "13900138000"),
        ("13900138000、13800138000", "13900138000、13800138000"),
        ("13900138000，13800138000", "13900138000、13800138000"),
        ("13900138000/13800138000", "13900138000、13800138000"),
        ("(010) 8888–6666 转 801", "(010) 8888-6666 转 801"),
        ("0571-88886666,801", "0571-88886666,801"),
        ("+86 139 0013 8000", "+86 139 0013 8000"),
        ("１３９－００１３－８０００", "139-0013-8000"),
    ] {
        assert_eq!(telephone(typed), kept, "{typed:?}");
        assert!(is_telephone(kept), "{kept}");
    }
    for wrong in ["", "abc", "1234", "13900138000x", "打我电话", "139001380001390013800013900"] {
        let kept = telephone(wrong);
        assert!(!is_telephone(&kept) || wrong.ends_with('x'), "{wrong}");
    }
}

#[test]
fn mail_addresses() {
    for (typed, kept) in [
        ("a@b.cn。", "a@b.cn"),
        ("ａ＠ｂ．ｃｎ", "a@b.cn"),
        (" <a@b.cn> ", "a@b.cn"),
        ("mailto:a@b.cn", "a@b.cn"),
        ("a@\u{200b}b.cn", "a@b.cn"),
        ("a@b。cn", "a@b.cn"),
    ] {
        assert_eq!(mail(typed), kept, "{typed:?}");
        assert!(is_mail(kept));
    }
    for wrong in ["a@b", "@b.cn", "a@.cn", "a@b..cn", "a b", "a@b.1", "a@-b.cn", "a@@b.cn", "a@b.cn,c@d.cn"] {
        assert!(!is_mail(&mail(wrong)), "{wrong}");
    }
}

#[test]
fn headings() {
    for (typed, read) in [
        ("　信访内容　", "信访内容"),
        ("信 访 内 容", "信访内容"),
        ("受理日期：", "受理日期"),
        ("*姓名", "姓名"),
        ("登记日期（必填）", "登记日期"),
        ("Created_Date", "created date"),
        ("ＩＤ", "id"),
        ("\u{feff}编号", "编号"),
        ("信访\n内容", "信访内容"),
    ] {
        assert_eq!(heading(typed), read, "{typed:?}");
    }
}

#[test]
fn folded_texts_are_found_by_one_another() {
    for (a, b) in [
        ("舊城區違章建築", "旧城区违章建筑"),
        ("ＡＢＣ１２３", "abc123"),
        ("供\u{200b}暖", "供暖"),
        ("⽔渠塌⽅", "水渠塌方"),
        ("㎡", "m2"),
        ("補償費、過渡費", "补偿费、过渡费"),
        ("乾淨", "干净"),
        ("跟著", "跟着"),
    ] {
        assert_eq!(folded(a), folded(b), "{a}");
    }
    assert_eq!(reference("信处〔2026〕２４号"), reference("信处[2026] 24号"));
}

#[test]
fn what_looks_empty_is_empty() {
    for blank in [
        "",
        " ",
        "\u{200b}",
        "\u{3000}\n",
        "\u{feff}\u{2060}",
        "\u{3164}",
        "\u{2800}",
        "\u{ad}",
        "\u{e0020}",
        "\u{fe0f}",
    ] {
        assert!(is_blank(blank), "{blank:?}");
    }
    assert!(!is_blank("？？？"));
    for none in ["/", "—", "无", "——", "N/A", "未知", " - ", "／", "null", "…", "（无）"] {
        assert!(is_placeholder(none), "{none}");
    }
    assert!(!is_placeholder("无锡路"));
    for none in ["匿名", "无", "/", "匿名信", "（匿名）", "不愿透露姓名", "***"] {
        assert!(is_no_name(none), "{none}");
    }
    for named in ["吴铭", "无双", "匿名王"] {
        assert!(!is_no_name(named), "{named}");
    }
}

#[test]
fn numbers_of_persons_are_known() {
    // Made-up numbers with right and wrong check digits.
    assert_eq!(sort_of_number("13900138000"), Sort::Mobile);
    assert_eq!(sort_of_number("8613900138000"), Sort::Mobile);
    assert_eq!(sort_of_number("12900138000"), Sort::Other);
    assert_eq!(sort_of_number("990101199003070010"), identity("99010119900307001"));
    assert_eq!(sort_of_number("20250318004417"), Sort::Other);
    assert_eq!(sort_of_number("990101199013070016"), Sort::Other);
    assert!(is_of_a_person("139 0013-8000"));
    assert!(is_of_a_person("+86 13900138000"));
    assert!(!is_of_a_person("供暖 13900138000"));
}

/// What a number with this check digit is: right for one of eleven.
fn identity(first: &str) -> Sort {
    let right = (0..10)
        .map(|d| char::from_digit(d, 10).unwrap())
        .chain(['x'])
        .filter(|c| sort_of_number(&format!("{first}{c}")) == Sort::Identity)
        .count();
    assert_eq!(right, 1, "one check digit of eleven is right");
    sort_of_number(&format!("{first}0"))
}

#[test]
fn the_ways_people_write_days() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let is = |text: &str, want: &str| {
        assert_eq!(days::moment(text, &zone, Order::Unknown), Ok(want.parse::<DateTime>().unwrap()), "{text}")
    };
    is("2019-03-26 10:32:52", "2019-03-26T10:32:52");
    is("2019-03-26T10:32:52", "2019-03-26T10:32:52");
    is("2019/3/6 9:05", "2019-03-06T09:05:00");
    is("2019年3月6日", "2019-03-06T00:00:00");
    is("2019年3月6日 9时5分", "2019-03-06T09:05:00");
    is("2019年3月6日上午10:30", "2019-03-06T10:30:00");
    is("2025-03-09 上午10:30", "2025-03-09T10:30:00");
    is("2025年3月9日10点30分", "2025-03-09T10:30:00");
    is("2025年3月9日下午3点半", "2025-03-09T15:30:00");
    is("2025年3月9日中午12点", "2025-03-09T12:00:00");
    is("２０２５－０３－０９", "2025-03-09T00:00:00");
    is("２０２５年３月９日", "2025-03-09T00:00:00");
    is("2025年3月9日（周日）", "2025-03-09T00:00:00");
    is("2025.3.9", "2025-03-09T00:00:00");
    is("09.03.2025", "2025-03-09T00:00:00");
    is("二〇二五年三月十九日", "2025-03-19T00:00:00");
    is("02/28/2023 11:45:00 PM", "2023-02-28T23:45:00");
    is("02/28/2023 12:05:00 AM", "2023-02-28T00:05:00");
    is("28/02/2023", "2023-02-28T00:00:00");
    is("2017-01-24T22:55:30.361Z", "2017-01-25T06:55:30.361");
    is("20190306", "2019-03-06T00:00:00");
    is("2019-03-26 24:00", "2019-03-26T23:59:59");
    let no = |text: &str, why: DayFault| assert_eq!(days::moment(text, &zone, Order::Unknown), Err(why), "{text}");
    for text in [
        "",
        "昨天",
        "12",
        "abc 10:00",
        "2019-03-26 25:00",
        "约2025年3月9日",
        "2025年3月",
        "3月9日",
        "2025-03-09至2025-03-10",
        "2025-03/09",
        "农历二〇二五年三月九日",
    ] {
        no(text, DayFault::NotADay);
    }
    for text in ["2019-13-01", "2019-02-30", "2025年2月30日", "31.02.2025"] {
        no(text, DayFault::NoSuchDay);
    }
    for text in ["09/03/2025", "25-03-09", "03-09-2025"] {
        no(text, DayFault::Ambiguous);
    }
    assert_eq!(days::order_of(["03/09/2025", "03/25/2025"].into_iter()), Order::MonthFirst);
    assert_eq!(days::order_of(["03/09/2025", "25/03/2025"].into_iter()), Order::DayFirst);
    assert_eq!(days::order_of(["13/09/2025", "03/25/2025"].into_iter()), Order::Unknown);
    // Before eight in the morning here it is still the day before in UTC: the day is the one that is written.
    assert_eq!(days::day("2026-09-01T02:00:00+08:00"), Ok("2026-09-01".parse::<Date>().unwrap()));
    assert_eq!(days::day("2026-08-31T18:00:00Z"), Err(DayFault::Ambiguous));
    assert_eq!(days::day("2026年9月1日"), Ok("2026-09-01".parse::<Date>().unwrap()));
}
