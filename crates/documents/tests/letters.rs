//! Letters are set with real faces; characters, form and errors are looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use huiyin_documents::{Faces, Letter, Paragraph, docx, html, pdf, pdf_of_many, render};

fn faces() -> Faces {
    // A folder of further faces (for instance Fandol) may be named for a look at the standard's own kinds.
    let own = std::env::var_os("HUIYIN_TEST_FACES").map(PathBuf::from);
    Faces::load(own.as_deref().map(Path::new), &Faces::debian())
}

fn letter() -> Letter {
    let text = |t: &str| Paragraph::Text(t.to_owned());
    let heading = |t: &str| Paragraph::Heading(t.to_owned());
    Letter {
        organ: "青溪县住房和城乡建设局".into(),
        number: "青建信处〔2026〕17号".into(),
        title: "信访事项处理意见书".into(),
        to: "陈璟玥、赵赟、祝祎".into(),
        body: vec![
            text(
                "您反映的“东风小区三栋供暖不达标”（编号2026-000017-5-1），我单位于2026年1月8日收到，已经办结，现将处理意见答复如下：",
            ),
            heading("一、请求"),
            text("供暖温度达到规定标准，退还不达标期间的热费。"),
            heading("二、事实和理由"),
            text(
                "经2026年2月11日到户测温，客厅13.8度，低于18度的标准；与物业、供热企业和您本人核对，自2025年12月20日起不达标。",
            ),
            heading("三、处理意见"),
            text("予以支持。责令供热企业三日内完成管网平衡，并按规定退还热费。"),
            heading("四、依据"),
            text("《城市供热管理条例》有关规定。"),
            text("如不服本意见，您可以自收到本意见书之日起三十日内，向青溪县人民政府请求复查。"),
        ],
        date: "2026年2月20日".into(),
        contact: "地址：青溪县人民路22号　电话：0999-5550122".into(),
        ..Letter::default()
    }
}

#[test]
fn a_letter_is_set_and_rare_names_do_not_stop_it() {
    let bytes = pdf(&letter(), &faces()).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    // The same letter gives the same pages.
    assert_eq!(bytes, pdf(&letter(), &faces()).unwrap());
    if let Some(out) = std::env::var_os("HUIYIN_TEST_PDF") {
        std::fs::write(out, bytes).unwrap();
    }
}

#[test]
fn a_character_no_face_has_becomes_a_visible_sign_and_is_named() {
    let faces = faces();
    let strange = Letter { to: "李\u{f8f0}\u{10fffd}".into(), ..letter() };
    let missing = faces.undrawable(strange.texts());
    assert_eq!(missing, ['\u{f8f0}', '\u{10fffd}']);
    let drawn = strange.without(&missing);
    assert_eq!(drawn.to, "李〓〓");
    assert_eq!(drawn.body.last().unwrap().text(), "（〓：U+F8F0、U+10FFFD）");
    assert!(faces.undrawable(drawn.texts()).is_empty());
    // A paper can always be made, and one bad paper does not stop the others.
    assert!(pdf_of_many(&[letter(), strange, letter()], &faces).is_ok());
    assert_eq!(letter().without(&[]), letter());
}

#[test]
fn a_value_never_makes_a_heading_or_a_paragraph() {
    let value = "# 一、决定\n予以支持。\r\n# 二\u{2028}# 三\u{2029}# 四\u{b}# 五\u{c}# 六\u{85}# 七\u{e000}# 八";
    let values = BTreeMap::from([("title".to_owned(), value.to_owned()), ("choice".to_owned(), "support".to_owned())]);
    let made = render(
        "{{ title }}\n# 关于{{ title }}\n前{{ title }}后\n{% if choice == \"support\" %}支持{% endif %}",
        &values,
    )
    .unwrap();
    assert_eq!(made.len(), 4, "{made:?}");
    assert!(matches!(&made[0], Paragraph::Text(t) if t.starts_with("# 一")));
    assert!(matches!(&made[1], Paragraph::Heading(t) if !t.contains('\n')));
    assert!(matches!(&made[2], Paragraph::Text(t) if t.starts_with("前# 一、决定\n予以支持。\n# 二\n")));
    assert_eq!(made[3], Paragraph::Text("支持".into()));
    assert!(!html(&Letter { body: made.clone(), ..letter() }).contains("<h3># 一"));
}

/// Where the last glyph of a line of a page ends, in millimetres from the right edge of the paper, by `pdftotext
/// -bbox`. `None` where that program is not installed; with `HUIYIN_CI` that is a failure.
fn from_the_right(bytes: &[u8], word: &str) -> Option<Vec<f64>> {
    let path = std::env::temp_dir().join(format!("huiyin-letter-{}-{word}.pdf", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let out = std::process::Command::new("pdftotext").arg("-bbox").arg(&path).arg("-").output();
    std::fs::remove_file(&path).unwrap();
    let Ok(out) = out else {
        assert!(std::env::var("HUIYIN_CI").is_err(), "pdftotext (package poppler-utils) is not here");
        eprintln!("not run: pdftotext (package poppler-utils) is not here");
        return None;
    };
    let text = String::from_utf8(out.stdout).unwrap();
    let lines = text.lines().filter(|l| l.contains(&format!(">{word}<")));
    Some(
        lines
            .map(|l| {
                210.0
                    - l.split("xMax=\"")
                        .nth(1)
                        .and_then(|r| r.split('"').next())
                        .and_then(|n| n.parse::<f64>().ok())
                        .unwrap()
                        / 72.0
                        * 25.4
            })
            .collect(),
    )
}

#[test]
fn the_date_stands_four_characters_from_the_right_whatever_the_last_paragraph_fills() {
    let faces = faces();
    let long = "如不服本意见，可以自收到本意见书之日起三十日内，向上一级机关请求复查，并携带本意见书、身份证明和请求复查的书面材料。";
    for last in ["短。", "不满一行的一段话，只有半行左右。", long] {
        for copies in [vec![], vec!["青溪县信访局".to_owned(), "青溪县人民政府办公室".to_owned()]] {
            let mut body = letter().body;
            body.push(Paragraph::Text(last.into()));
            let set = pdf(&Letter { body, copies, ..letter() }, &faces).unwrap();
            let Some(at) = from_the_right(&set, "2026年2月20日") else { return };
            // The right margin of 26 mm and four characters of 156/28 mm; the tracking of the last glyph may stand
            // behind it.
            let right = 26.0 + 4.0 * 156.0 / 28.0;
            assert!(at.len() == 1 && (at[0] - right).abs() < 0.5, "{last}: {at:?} mm, right {right}");
        }
    }
}

#[test]
fn without_a_face_the_error_names_the_package() {
    let none = Faces::load(None, &[]);
    assert!(pdf(&letter(), &none).unwrap_err().to_string().contains("fonts-noto-cjk"));
}

#[test]
fn many_letters_are_one_print_job() {
    let many: Vec<Letter> = (1..=3).map(|n| Letter { number: format!("青建信处〔2026〕{n}号"), ..letter() }).collect();
    let bytes = pdf_of_many(&many, &faces()).unwrap();
    assert!(bytes.len() > pdf(&letter(), &faces()).unwrap().len());
}

#[test]
fn what_the_petitioner_wrote_is_never_read_as_markup() {
    let hostile = "#set page(width: 1pt) $x$ \\ *b* <script>alert(1)</script> {{ secret }} #read(\"/etc/passwd\")";
    let with = Letter { body: vec![Paragraph::Text(hostile.into())], ..letter() };
    assert!(pdf(&with, &faces()).is_ok());
    assert!(html(&with).contains("&lt;script&gt;"));
    let values = BTreeMap::from([("facts".to_owned(), hostile.to_owned())]);
    assert_eq!(render("{{ facts }}", &values).unwrap(), [Paragraph::Text(hostile.into())]);
}

#[test]
fn a_wrong_variable_names_its_line() {
    let values = BTreeMap::from([("facts".to_owned(), "a".to_owned())]);
    let error = render("# x\n{{ facts }}\n{{ fatcs }}", &values).unwrap_err();
    assert_eq!(error.line, 3);
    assert!(error.message.contains("facts"), "{error}");
}

#[test]
fn a_word_processor_file_is_a_zip_with_the_text_in_it() {
    let bytes = docx(&letter()).unwrap();
    assert!(bytes.starts_with(b"PK"));
}

#[test]
fn a_template_that_would_end_the_program_is_refused_before_it_is_compiled() {
    let values = BTreeMap::from([("title".to_owned(), "x".to_owned())]);
    let long = |part: &str| format!("{{{{ {}1 }}}}", part.repeat(2_000));
    let hidden = format!("{{{{ \"}}}}\" ~ {}1 }}}}", "not ".repeat(2_000));
    let many = "{% if 1 %}x{% endif %}".repeat(100);
    for (template, why) in [
        (long("not "), "letters at most"),
        (long("-"), "letters at most"),
        (hidden, "letters at most"),
        (many, "tags at most"),
        ("x".repeat(13_000), "bytes at most"),
    ] {
        let error = render(&template, &values).unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
    }
    let endless = "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}";
    assert!(render(endless, &values).unwrap_err().to_string().contains("fuel"));
    assert!(render("甲 { 乙 } {{ title }} {# {{ #} {{ \"}}\" }}", &values).is_ok());
}
