//! Letters are set with real faces; characters, form and errors are looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use huiyin_documents::{Faces, Letter, Paragraph, PdfError, docx, html, pdf, pdf_of_many, render};

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
            text("您反映的“东风小区三栋供暖不达标”（编号2026-000017-5-1），我单位于2026年1月8日收到，已经办结，现将处理意见答复如下："),
            heading("一、请求"),
            text("供暖温度达到规定标准，退还不达标期间的热费。"),
            heading("二、事实和理由"),
            text("经2026年2月11日到户测温，客厅13.8度，低于18度的标准；与物业、供热企业和您本人核对，自2025年12月20日起不达标。"),
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
fn a_character_no_face_has_is_reported_before_anything_is_set() {
    let strange = Letter { to: "李\u{f8f0}\u{10fffd}".into(), ..letter() };
    match pdf(&strange, &faces()) {
        Err(PdfError::Undrawable(found)) => assert_eq!(found, ['\u{f8f0}', '\u{10fffd}']),
        other => panic!("{other:?}"),
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
