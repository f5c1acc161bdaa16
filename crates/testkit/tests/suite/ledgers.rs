//! Where imported rows enter: ended, accepted or received by their dates; what ran out before is recorded
//! without notices; the clocks of open rows go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::domain::clock::ClockState;
use huiyin_app::domain::event::EventKind;
use huiyin_app::find;
use std::io::Write;

use huiyin_app::domain::submission::Naming;
use huiyin_app::import::{self, Mapping, Report, Run};
use huiyin_app::matter_view::MatterView;
use huiyin_app::{Office, Staff, matter_view, sweep};
use huiyin_demo as demo;
use huiyin_testkit::{TestOffice, on_both, sqlite_office, staff};

#[tokio::test(flavor = "multi_thread")]
async fn rows_enter_at_the_stage_their_dates_show() {
    on_both("ledgers", "2026-03-20T10:00:00+08:00", |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let csv = "编号,标题,内容,登记日期,受理日期,答复时间,答复意见\n1,已答复的,甲,2026-01-05,,2026-01-30,已修好\n2,在办的,乙,2026-03-02,2026-03-05,,\n3,逾期没转的,丙,2026-02-02,,,\n4,刚收到的,丁,2026-03-18,,,\n";
        let table = import::read(csv.as_bytes()).unwrap();
        let report = import::import_rows(o, table, &Mapping::default(), "ledger", Run::Real, &mut |_| {}).await.unwrap();
        assert_eq!((report.imported, report.known, report.refused.len()), (4, 0, 0));
        let directory = o.directory().await.unwrap();
        let clerk = Staff::from_officer(directory.officers.iter().find(|x| x.login == "countyxf.clerk").unwrap().clone(), &directory);
        let find = |words: &'static str| {
            let (office, clerk) = (o.clone(), clerk.clone());
            async move {
                let page = find::search(&office, &clerk, words, None, 5).await.unwrap().words;
                matter_view::for_officer(&office, &clerk, &page.rows[0].number).await.unwrap()
            }
        };
        let ended = find("已答复的").await;
        assert!(ended.matter.state.as_str() == "archived" && ended.matter.clocks.is_empty() && ended.text.contains("已修好"));
        let open = find("在办的").await;
        assert_eq!((open.matter.state.as_str(), open.matter.owed()[0].legal.to_string().as_str()), ("accepted", "2026-05-06"));
        let late = find("逾期没转的").await;
        assert!(matches!(late.matter.clocks[0].state(), ClockState::Breached { .. }));
        assert!(late.events.iter().any(|e| matches!(e.event.kind, EventKind::Breached { historic: true, .. })));
        assert_eq!(find("刚收到的").await.matter.owed()[0].legal.to_string(), "2026-04-02");
        // Nothing that ran out before the import is warned of, escalated or told.
        sweep::sweep_office(o).await.unwrap();
        let late = find("逾期没转的").await;
        assert!(late.messages.is_empty() && !late.events.iter().any(|e| matches!(e.event.kind, EventKind::Escalated { .. } | EventKind::Warned { .. })));
        // The clocks of open rows go on as any other.
        t.time.go("2026-04-03T00:00:00+08:00");
        assert_eq!(sweep::sweep_office(o).await.unwrap().breaches, 1);
    })
    .await;
}

const AT: &str = "2026-03-20T10:00:00+08:00";

async fn office() -> TestOffice {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    t
}

async fn take(o: &Office, bytes: &[u8], source: &str) -> Report {
    import::import_rows(o, import::read(bytes).unwrap(), &Mapping::default(), source, Run::Real, &mut |_| {})
        .await
        .unwrap()
}

fn counts(report: &Report) -> (usize, usize, usize, usize) {
    (report.imported, report.known, report.refused.len(), report.notes.len())
}

/// The one matter that words or a number find.
async fn found(o: &Office, query: &str) -> MatterView {
    let clerk = staff(o, "countyxf.clerk").await;
    let found = find::search(o, &clerk, query, None, 5).await.unwrap();
    let all: Vec<_> = found.numbers.into_iter().chain(found.words.rows).collect();
    assert_eq!(all.len(), 1, "{query}: {:?}", all.iter().map(|m| &m.title).collect::<Vec<_>>());
    matter_view::for_officer(o, &clerk, &all[0].number).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn known_is_the_same_source_number_and_content() {
    on_both("ledgers-known", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let head = "编号,内容,收到日期\n";
        let rows = |rows: &str| format!("{head}{rows}").into_bytes();
        assert_eq!(
            counts(&take(o, &rows("1,路灯坏了,2026-01-05\n1,拖欠工资八个月,2026-01-05\n"), "一月").await),
            (2, 0, 0, 0),
            "one number twice in one ledger is two"
        );
        assert_eq!(
            counts(&take(o, &rows("1,路灯坏了,2026-01-05\n1,拖欠工资八个月,2026-01-05\n"), "一月").await),
            (0, 2, 0, 0),
            "and known the second time"
        );
        assert_eq!(
            counts(&take(o, &rows("1,井盖丢了,2026-02-05\n"), "二月").await),
            (1, 0, 0, 0),
            "the same number of another source is another"
        );
        // Changed since: neither a second matter nor silence.
        let changed = take(o, &rows("1,路灯坏了两盏,2026-01-05\n2,停水,2026-01-06\n"), "一月").await;
        assert_eq!(counts(&changed), (1, 0, 1, 0));
        assert!(
            changed.refused[0].message.contains("other content") && changed.refused[0].line == 2,
            "{}",
            changed.refused[0]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_of_a_status_is_never_taken_for_answered() {
    let t = office().await;
    let o = &t.office;
    let csv = |rows: &str| format!("编号,内容,收到日期,办理状态,答复时间,处理意见\n{rows}").into_bytes();
    for (i, word) in ["正在办理", "处理中", "已受理", "已转办", "在办", "未办结", "办理中"].iter().enumerate()
    {
        let report =
            take(o, &csv(&format!("o{i},第{i}件是{word}的,2026-03-02,{word},,已电话联系，拟转住建局\n")), "open").await;
        assert_eq!(counts(&report), (1, 0, 0, 0), "{word}");
        let view = found(o, &format!("o{i}")).await;
        assert!(
            !view.matter.clocks.is_empty() && view.matter.outcome.is_none() && view.text.contains("拟转住建局"),
            "{word}"
        );
    }
    for (i, word) in ["结案", "按期办结", "已办结", "办结归档", "Closed"].iter().enumerate() {
        assert_eq!(
            counts(&take(o, &csv(&format!("e{i},第{i}件是{word}的,2025-09-01,{word},,\n")), "ended").await),
            (1, 0, 0, 0),
            "{word}"
        );
        let view = found(o, &format!("e{i}")).await;
        assert!(
            view.matter.clocks.is_empty() && !view.matter.days.contains_key("answered"),
            "{word}: ended without a day has no day"
        );
    }
    // A word that is not known, an opinion without a day or a status: refused by name, until the mapping says what the
    // word means.
    let odd = csv("x1,甲,2026-03-02,拟存,,\n");
    let report = take(o, &odd, "odd").await;
    assert!(
        report.imported == 0 && report.refused[0].message.contains("拟存") && report.refused[0].column == "办理状态",
        "{report:?}"
    );
    let alone = take(o, &csv("x2,乙,2026-03-02,,,已答应修\n"), "odd").await;
    assert!(alone.imported == 0 && alone.refused[0].column == "处理意见", "{alone:?}");
    let mapping = Mapping::parse("[status]\n\"拟存\" = \"ended\"\n").unwrap();
    let said =
        import::import_rows(o, import::read(&odd).unwrap(), &mapping, "odd", Run::Real, &mut |_| {}).await.unwrap();
    assert_eq!(counts(&said), (1, 0, 0, 0));
    // Open, with a day in the column of answers: it is open, and that is said.
    let both = take(o, &csv("x3,路面塌了,2026-03-02,办理中,2026-03-05,\n"), "odd").await;
    assert_eq!(counts(&both), (1, 0, 0, 1));
    assert!(!found(o, "x3").await.matter.clocks.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn placeholders_are_nothing_and_no_name_is_anonymous() {
    let t = office().await;
    let o = &t.office;
    let csv = "编号,内容,收到日期,姓名,联系电话,答复时间,地点\n1,路灯一,2026-03-02,匿名,,/,-\n2,路灯二,2026-03-02,无,,无,不详\n3,路灯三,2026-03-02,/,13900138000,—,\n4,路灯四,2026-03-02,,139 0013 8000,,\n5,路灯五,2026-03-02,张　三,１３９００１３８０００,,青石路\n";
    let report = take(o, csv.as_bytes(), "names").await;
    assert_eq!(counts(&report), (5, 0, 0, 1), "{report:?}");
    assert!(report.notes[0].column == "联系电话" && report.notes[0].line == 4, "{}", report.notes[0]);
    let clerk = staff(o, "countyxf.clerk").await;
    for (query, naming, name, telephone) in [
        ("路灯一", Naming::Anonymous, "", ""),
        ("路灯二", Naming::Anonymous, "", ""),
        ("路灯三", Naming::Anonymous, "", ""),
        ("路灯四", Naming::Named, "", "139 0013 8000"),
        ("路灯五", Naming::Named, "张三", "13900138000"),
    ] {
        let view = found(o, query).await;
        let (_, vault) = matter_view::identity(o, &clerk, &view.matter.number, "核对").await.unwrap();
        assert_eq!(
            (view.submission.submission.naming, vault.identity.name.as_str(), vault.identity.telephone.as_str()),
            (naming, name, telephone),
            "{query}"
        );
        assert!(
            !view.matter.clocks.is_empty() && view.matter.details().place_name.is_none() == (query != "路灯五"),
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_read_as_they_are_written_or_named() {
    let t = office().await;
    let o = &t.office;
    let rows = |days: &[&str]| {
        let lines: String = days.iter().enumerate().map(|(i, d)| format!("{i},写作{i}的,{d}\n")).collect();
        format!("编号,内容,收到日期\n{lines}").into_bytes()
    };
    let ways = [
        "2025-3-9 上午10:30",
        "2025年3月9日10点30分",
        "２０２５年３月９日",
        "09.03.2025",
        "2025.3.9",
        "20250309",
        "45725",
        "2025/03/09 周日",
        "二〇二五年三月九日",
    ];
    assert_eq!(counts(&take(o, &rows(&ways), "ways").await), (ways.len(), 0, 0, 0));
    for (i, way) in ways.iter().enumerate() {
        assert_eq!(found(o, &format!("写作{i}的")).await.matter.received_on.to_string(), "2025-03-09", "{way}");
    }
    // One value that can be read in one way only decides its column.
    let ordered = take(o, &rows(&["03/09/2025", "03/25/2025"]), "american").await;
    assert_eq!(counts(&ordered), (2, 0, 0, 0), "{ordered:?}");
    for bad in ["03/09/2025", "25-3-9", "2025-02-30", "昨天", "/", "2027-01-01", "1899-01-01"] {
        let report = take(o, &rows(&[bad]), "bad").await;
        assert!(
            report.imported == 0 && report.refused.len() == 1 && report.refused[0].column == "收到日期",
            "{bad}: {report:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_and_what_is_not_known_is_named_once() {
    let t = office().await;
    let o = &t.office;
    let title = format!("{}退还六万元", "关于滨河新区二期安置房多年不能办理登记并且收费过高要求查处".repeat(4));
    let place = "青石路".repeat(80);
    let csv = format!(
        "编号,标题,内容,收到日期,电话,电话,内容,地点,身份证号,信访形式,备注\n1,{title},第一段路灯。,2026-03-02,13900138000,0379-60000000,第二段井盖。,{place},110105,来信,转办过一次\n2,井盖,井盖丢了,2026-03-02,,,,,,,,多出来的一格\n3,长号,路灯坏了,2026-03-02,1.39E+10,,,,,,\n"
    );
    let report = take(o, csv.as_bytes(), "whole").await;
    assert_eq!((report.imported, report.refused.len()), (2, 1), "{report:?}");
    assert!(report.refused[0].line == 4 && report.refused[0].message.contains("lost"), "{}", report.refused[0]);
    let said: Vec<String> = report.notes.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|n| n.contains("身份证号")) && said.iter().any(|n| n.contains("多出来的一格")), "{said:?}");
    let view = found(o, "退还六万元").await;
    assert!(view.matter.title.chars().count() == 100 && view.matter.title.ends_with('…'));
    for kept in
        [title.as_str(), "第一段路灯。\n第二段井盖。", place.as_str(), "【信访形式】\n来信", "【备注】\n转办过一次"]
    {
        assert!(view.text.contains(kept), "{kept} in {}", view.text);
    }
    assert!(!view.text.contains("110105"));
    let (_, vault) =
        matter_view::identity(o, &staff(o, "countyxf.clerk").await, &view.matter.number, "核对").await.unwrap();
    assert_eq!(vault.identity.telephone, "13900138000、0379-60000000");
}

/// A cell of a test's sheet: words, or a number with the style of a day (1) or of none (0).
enum Cell {
    T(&'static str),
    N(&'static str, u8),
    /// A formula that no program has calculated.
    F(&'static str),
    E,
}

/// Name, hidden, rows, merged areas.
type Sheet<'a> = (&'a str, bool, &'a [&'a [Cell]], &'a [&'a str]);

/// A workbook as programs write it: sheets with their rows, merged areas and whether they are hidden.
fn workbook(from_1904: bool, sheets: &[Sheet<'_>]) -> Vec<u8> {
    commented(from_1904, sheets, &[])
}

/// A workbook with comments: number of the sheet from 1, cell, words.
#[expect(clippy::too_many_lines, reason = "a workbook is put together in one place")]
fn commented(from_1904: bool, sheets: &[Sheet<'_>], comments: &[(usize, &str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, body: String| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}").as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let numbered = |form: &dyn Fn(usize) -> String| (1..=sheets.len()).map(form).collect::<String>();
    put(
        "[Content_Types].xml",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            .into(),
    );
    put(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{rel}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}<Relationship Id=\"st\" Type=\"{rel}/styles\" Target=\"styles.xml\"/></Relationships>",
            numbered(&|i| format!(
                "<Relationship Id=\"s{i}\" Type=\"{rel}/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>"
            ))
        ),
    );
    let listed = sheets
        .iter()
        .enumerate()
        .map(|(i, (name, hidden, ..))| {
            format!(
                "<sheet name=\"{name}\" sheetId=\"{0}\"{1} r:id=\"s{0}\"/>",
                i + 1,
                if *hidden { " state=\"hidden\"" } else { "" }
            )
        })
        .collect::<String>();
    put(
        "xl/workbook.xml",
        format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><workbookPr date1904=\"{}\"/><sheets>{listed}</sheets></workbook>",
            u8::from(from_1904)
        ),
    );
    put(
        "xl/styles.xml",
        format!(
            "<styleSheet xmlns=\"{main}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>"
        ),
    );
    for (i, (_, _, rows, merged)) in sheets.iter().enumerate() {
        let mut body = String::new();
        for (r, row) in rows.iter().enumerate() {
            body.push_str(&format!("<row r=\"{}\">", r + 1));
            for (c, cell) in row.iter().enumerate() {
                let at = format!("{}{}", char::from(b'A' + u8::try_from(c).unwrap()), r + 1);
                match cell {
                    Cell::T(words) => {
                        body.push_str(&format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{words}</t></is></c>"))
                    }
                    Cell::N(number, style) => {
                        body.push_str(&format!("<c r=\"{at}\" s=\"{style}\"><v>{number}</v></c>"))
                    }
                    Cell::F(formula) => body.push_str(&format!("<c r=\"{at}\"><f>{formula}</f></c>")),
                    Cell::E => {}
                }
            }
            body.push_str("</row>");
        }
        let areas = merged.iter().map(|m| format!("<mergeCell ref=\"{m}\"/>")).collect::<String>();
        let areas = if merged.is_empty() {
            String::new()
        } else {
            format!("<mergeCells count=\"{}\">{areas}</mergeCells>", merged.len())
        };
        put(
            &format!("xl/worksheets/sheet{}.xml", i + 1),
            format!("<worksheet xmlns=\"{main}\"><sheetData>{body}</sheetData>{areas}</worksheet>"),
        );
    }
    for (sheet, cell, words) in comments {
        let related = format!("<Relationship Id=\"c1\" Type=\"{rel}/comments\" Target=\"../comments{sheet}.xml\"/>");
        put(
            &format!("xl/worksheets/_rels/sheet{sheet}.xml.rels"),
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{related}</Relationships>"
            ),
        );
        let text = format!("<text><r><t>科长：</t></r><r><t xml:space=\"preserve\">{words}</t></r></text>");
        put(
            &format!("xl/comments{sheet}.xml"),
            format!(
                "<comments xmlns=\"{main}\"><authors><author/></authors><commentList><comment ref=\"{cell}\" authorId=\"0\">{text}</comment></commentList></comments>"
            ),
        );
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_beside_its_day_and_people_beside_one_petition_are_read_and_a_comment_is_named() {
    use Cell::{E, N, T};
    let t = office().await;
    let o = &t.office;
    let sheet: Sheet<'_> = (
        "一月",
        false,
        &[
            &[T("编号"), T("登记时间"), T("登记日期"), T("内容"), T("姓名"), T("联系电话"), T("信访人数")],
            &[T("1"), N("0.3958333333", 2), N("46083", 1), T("拖欠工资八个月"), T("张三"), T("13900138000"), N("3", 0)],
            &[E, E, E, E, T("李四"), T("13900138001"), E],
            &[E, E, E, E, T("王五"), E, E],
            &[T("2"), T("下午3点半"), N("46084", 1), T("第一件：路灯"), T("赵六"), E, E],
            &[E, E, E, T("第二件：井盖"), T("赵六"), E, E],
        ],
        &["A2:A4", "B2:B4", "C2:C4", "D2:D4", "G2:G4", "A5:A6", "B5:B6", "C5:C6"],
    );
    let report = take(o, &commented(false, &[sheet], &[(1, "D5", "已电话核实 &lt;属实&gt;")]), "merged").await;
    assert_eq!(counts(&report), (3, 0, 0, 1), "{report:?}");
    let note = report.notes[0].to_string();
    assert!(note.contains("sheet `一月`, row 5, column `D`") && note.contains("科长：已电话核实 <属实>"), "{note}");
    let joint = found(o, "拖欠工资八个月").await;
    let (_, vault) =
        matter_view::identity(o, &staff(o, "countyxf.clerk").await, &joint.matter.number, "核对").await.unwrap();
    assert_eq!(
        (vault.identity.name.as_str(), vault.identity.telephone.as_str()),
        ("张三、李四、王五", "13900138000、13900138001")
    );
    let zone = o.zone();
    let at =
        |m: &MatterView| m.submission.submission.received_at.to_zoned_datetime(zone.clone()).datetime().to_string();
    assert_eq!((at(&joint).as_str(), joint.text.contains("登记时间")), ("2026-03-02T09:30:00", false));
    assert_eq!(at(&found(o, "第二件：井盖").await), "2026-03-03T15:30:00");
    // What stands under a merged cell and is hidden by it is a petition of its own, and not lost.
    let hidden: Sheet<'_> = (
        "二月",
        false,
        &[
            &[T("编号"), T("登记日期"), T("内容"), T("姓名")],
            &[T("7"), N("46083", 1), T("楼道漏水"), T("张三")],
            &[E, E, T("电梯停运"), T("李四")],
        ],
        &["A2:A3", "B2:B3", "C2:C3"],
    );
    let report = take(o, &workbook(false, &[hidden]), "hidden").await;
    assert_eq!(counts(&report), (2, 0, 0, 0), "{report:?}");
    found(o, "电梯停运").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sheets_as_offices_keep_them_are_read() {
    use Cell::{E, N, T};
    let t = office().await;
    let o = &t.office;
    // A title row, headings on two levels, cells merged downwards, headings repeated, a month on each sheet, one
    // hidden, one of notes.
    let january: &[&[Cell]] = &[
        &[T("青石县2025年来信来访登记台账")],
        &[T("编号"), T("收到日期"), T("信访人"), E, T("信访内容：")],
        &[E, E, T("姓名（签名）"), T("联系电话"), E],
        &[T("A-1"), N("45666", 1), T("张三"), T("13900138000"), T("路灯一月甲")],
        &[E, E, T("李四"), E, T("路灯一月乙")],
        &[T("编号"), T("收到日期"), T("姓名"), T("联系电话"), T("信访内容")],
        &[T("A-2"), N("45667", 1), T("王五"), E, T("路灯一月丙")],
    ];
    let february: &[&[Cell]] = &[&[T("*编号"), T("收 到 日 期"), T("内容")], &[T("B-1"), N("45697", 1), T("路灯二月")]];
    let old: &[&[Cell]] = &[&[T("编号"), T("收到日期"), T("内容")], &[T("C-1"), N("45697", 1), T("旧的")]];
    let notes: &[&[Cell]] = &[&[T("填表说明"), T("一律用黑色")]];
    let book = workbook(
        false,
        &[
            ("1月", false, january, &["A1:E1", "C2:D2", "A2:A3", "A4:A5", "B4:B5"]),
            ("2月", false, february, &[]),
            ("旧表", true, old, &[]),
            ("说明", false, notes, &[]),
            ("空", false, &[], &[]),
        ],
    );
    let report = take(o, &book, "monthly").await;
    assert_eq!(counts(&report), (4, 0, 0, 2), "{report:?}");
    assert!(
        report.notes.iter().any(|n| n.sheet == "旧表" && n.message.contains("hidden"))
            && report.notes.iter().any(|n| n.sheet == "说明"),
        "{report:?}"
    );
    let second = found(o, "路灯一月乙").await;
    assert_eq!(
        (second.matter.received_on.to_string().as_str(), second.submission.submission.paper.ledger_number.as_deref()),
        ("2025-01-09", Some("A-1")),
        "a merged cell stands in each of its rows"
    );
    assert_eq!(found(o, "B-1").await.matter.received_on.to_string(), "2025-02-09");
    // Days counted from 1904, with the style of a day and without; a house number that became a day; digits that are
    // gone.
    let rows: &[&[Cell]] = &[
        &[T("编号"), T("收到日期"), T("内容"), T("地址")],
        &[T("D-1"), N("44263", 1), T("路灯丁一"), N("44256", 1)],
        &[T("D-2"), N("44263", 0), T("路灯丁二"), T("青石路")],
        &[N("123456789012345678", 0), N("44263", 1), T("路灯丁三")],
    ];
    let report = take(o, &workbook(true, &[("台账", false, rows, &[])]), "mac").await;
    assert_eq!(counts(&report), (2, 0, 1, 1), "{report:?}");
    assert!(
        report.notes[0].column == "地址" && report.notes[0].line == 2 && report.refused[0].message.contains("lost"),
        "{report:?}"
    );
    for query in ["路灯丁一", "路灯丁二"] {
        assert_eq!(found(o, query).await.matter.received_on.to_string(), "2025-03-09", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_attacker_of_imports_found_is_read_or_named() {
    use Cell::{N, T};
    let t = office().await;
    let o = &t.office;
    // Two blocks of headings in one sheet, the second in another order: each row stands under its own.
    let rows: &[&[Cell]] = &[
        &[T("编号"), T("收到日期"), T("内容"), T("备注")],
        &[T("A-1"), N("45666", 1), T("上块路灯"), T("无")],
        &[T("编号"), T("收到日期"), T("姓名"), T("内容"), T("电话"), T("地址"), T("办理状态")],
        &[T("A-2"), N("45667", 1), T("李四"), T("下块井盖"), T("13900138000"), T("城关镇东街"), T("办理中")],
    ];
    let report = take(o, &workbook(false, &[("台账", false, rows, &[])]), "blocks").await;
    assert_eq!(counts(&report), (2, 0, 0, 0), "{report:?}");
    let lower = found(o, "下块井盖").await;
    assert!(lower.matter.details().place_name.is_none(), "an address beside a name is where somebody lives");
    found(o, "上块路灯").await;
    let rows: &[&[Cell]] = &[
        &[T("编号"), T("收到日期"), T("内容"), T("办结日期")],
        &[T("F-1"), N("45666", 1), T("公式"), Cell::F("DATE(2026,1,1)")],
    ];
    let report = take(o, &workbook(false, &[("台账", false, rows, &[])]), "formula").await;
    assert!(report.imported == 0 && report.refused[0].column == "办结日期", "{report:?}");
    // A quotation mark that the next row's closes is named with its line.
    assert!(
        import::read("编号,内容,收到日期\n1,\"路灯坏了,2026-01-01\n2,\"井盖丢了\",2026-01-02\n".as_bytes())
            .unwrap_err()
            .to_string()
            .starts_with("line 2")
    );
    // A second column of a role is kept, contradicting statuses and equal rows are refused, tricks of exports are
    // unwrapped.
    let csv = "编号,登记编号,标题,信访事由,内容,收到日期,办理状态,是否办结\n=\"00123\",国信777,路灯,要求赔偿五千元,第一件,2026-03-02,办理中,否\n8,,水管,,第二件,2026-03-02,办理中,是\n";
    let report = take(o, csv.as_bytes(), "roles").await;
    assert_eq!(counts(&report), (1, 0, 1, 0), "{report:?}");
    let view = found(o, "要求赔偿五千元").await;
    assert!(
        view.text.contains("00123") || view.submission.submission.paper.ledger_number.as_deref() == Some("00123"),
        "{}",
        view.text
    );
    let same = take(o, "内容,收到日期\n停水,2026-03-02\n停水,2026-03-02\n".as_bytes(), "same").await;
    assert_eq!(counts(&same), (1, 0, 1, 0), "{same:?}");
    // Whoever asks not to be named is not; several names and numbers in a cell are several.
    let names = "编号,内容,收到日期,姓名,电话,是否匿名\n1,某事甲,2026-03-02,张某某（要求匿名）,,\n2,某事乙,2026-03-02,\"张三 李四\",\"13900138000\n13700137000\",否\n3,某事丙,2026-03-02,王五,,是\n";
    let report = take(o, names.as_bytes(), "people").await;
    assert_eq!((report.imported, report.refused.len()), (3, 0), "{report:?}");
    let clerk = staff(o, "countyxf.clerk").await;
    for (query, name, telephone) in
        [("某事甲", "", ""), ("某事乙", "张三、李四", "13900138000、13700137000"), ("某事丙", "", "")]
    {
        let number = found(o, query).await.matter.number.clone();
        let (_, vault) = matter_view::identity(o, &clerk, &number, "核对").await.unwrap();
        assert_eq!((vault.identity.name.as_str(), vault.identity.telephone.as_str()), (name, telephone), "{query}");
    }
    // Numbers of matters that look like a telephone in another grouping are found; a title holds nobody's number.
    let numbers = "编号,内容,收到日期\n130434-00012,\"您好！我叫张三，身份证11010519491231002X，电话13900138777。我反映的是小区供暖问题。\",2026-03-02\n";
    assert_eq!(counts(&take(o, numbers.as_bytes(), "division").await), (1, 0, 0, 0));
    let view = found(o, "130434-00012").await;
    assert!(
        view.matter.title.contains("供暖") && !view.matter.title.chars().any(|c| c.is_ascii_digit()),
        "{}",
        view.matter.title
    );
    for query in ["13900138777", "110105 1949 1231", "139001"] {
        let found = find::search(o, &clerk, query, None, 5).await.unwrap();
        assert!(found.numbers.is_empty() && found.words.rows.iter().all(|m| m.number != view.matter.number), "{query}");
    }
    // Matters of a unit that is not there would be nobody's to see.
    let lost = sqlite_office(AT);
    let refused = take(&lost.office, "内容,收到日期\n停水,2026-03-02\n".as_bytes(), "lost").await;
    assert!(refused.imported == 0 && refused.refused[0].message.contains("front_office"), "{refused:?}");
}
