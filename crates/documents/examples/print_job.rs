//! Measures the papers: `cargo run --release -p huiyin-documents --example print_job`. One letter warm, a thousand as
//! one print job, and the bare reading of the faces as the baseline of the same run.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::time::Instant;

use huiyin_documents::{Faces, Letter, Paragraph, pdf, pdf_of_many};

fn letter(n: usize) -> Letter {
    let text = |t: &str| Paragraph::Text(t.to_owned());
    Letter {
        organ: "青溪县住房和城乡建设局".into(),
        number: format!("信告〔2026〕{n}号"),
        title: "信访事项告知书".into(),
        to: "陈璟玥".into(),
        body: vec![
            text(&format!("您反映的“东风小区三栋供暖不达标”（编号2026-{n:06}-1），我单位已于2026年3月2日收到。")),
            text("我单位决定自2026年3月2日起受理。"),
            Paragraph::Heading("办理途径和程序".into()),
            text("本单位自受理之日起六十日内书面答复；您可以随时补充材料、查询进展。"),
            text("您可以凭回执上的查询码随时查看办理情况、补充材料。"),
        ],
        date: "2026年3月2日".into(),
        contact: "青溪县人民路22号　0999-5550122".into(),
        ..Letter::default()
    }
}

fn main() {
    let start = Instant::now();
    let faces = Faces::load(None, &Faces::debian());
    println!("faces read           {:>8.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    let start = Instant::now();
    let cold = pdf(&letter(0), &faces).unwrap();
    println!("one letter, cold     {:>8.1} ms, {} bytes", start.elapsed().as_secs_f64() * 1000.0, cold.len());
    let mut warm: Vec<f64> = (1..=50)
        .map(|n| {
            let start = Instant::now();
            pdf(&letter(n), &faces).unwrap();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    warm.sort_by(f64::total_cmp);
    println!(
        "one letter, warm     {:>8.1} ms median, {:.1} ms worst of 50",
        warm.get(25).unwrap(),
        warm.last().unwrap()
    );
    let many: Vec<Letter> = (1..=1000).map(letter).collect();
    let start = Instant::now();
    let job = pdf_of_many(&many, &faces).unwrap();
    println!("1,000 as one job     {:>8.1} s, {} bytes", start.elapsed().as_secs_f64(), job.len());
}
