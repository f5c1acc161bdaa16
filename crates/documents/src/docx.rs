//! A word-processor file (docx) of a letter, for editing before it is sealed.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, Docx, LineSpacing, LineSpacingType, PageMargin, Paragraph as Line, Run, RunFonts, SpecialIndentType,
};

use crate::letter::{Letter, Paragraph, Tongue};

/// Twentieths of a point in a millimetre.
const TWIP: f64 = 56.692_913;

/// The letter as a docx file.
///
/// # Errors
/// In words, when the file cannot be put together.
pub fn docx(letter: &Letter) -> Result<Vec<u8>, String> {
    let twips = |mm: f64| (mm * TWIP) as i32;
    let margin = PageMargin::new().top(twips(37.0)).left(twips(28.0)).right(twips(26.0)).bottom(twips(35.0));
    let mut file = Docx::new().page_size(11906, 16838).page_margin(margin);
    for part in std::iter::successors(Some(letter), |l| l.second.as_deref()) {
        file = file.add_paragraph(line(&part.organ, "方正小标宋简体", 56).align(AlignmentType::Center));
        file = file.add_paragraph(line(&part.number, "仿宋", 32).align(AlignmentType::Right));
        file = file.add_paragraph(line(&part.title, "方正小标宋简体", 44).align(AlignmentType::Center));
        if !part.to.is_empty() {
            file = file.add_paragraph(line(&format!("{}：", part.to), "仿宋", 32));
        }
        for paragraph in &part.body {
            let (text, face) = match paragraph {
                Paragraph::Heading(text) => (text, "黑体"),
                Paragraph::Text(text) => (text, "仿宋"),
            };
            for one in text.lines() {
                file = file.add_paragraph(line(one, face, 32).indent(
                    None,
                    Some(SpecialIndentType::FirstLine(640)),
                    None,
                    None,
                ));
            }
        }
        file = file.add_paragraph(line(&part.organ, "仿宋", 32).align(AlignmentType::Right));
        file = file.add_paragraph(line(&part.date, "仿宋", 32).align(AlignmentType::Right));
        if !part.copies.is_empty() {
            let (word, comma) = if part.tongue == Tongue::En { ("Copies: ", ", ") } else { ("抄送：", "，") };
            file = file.add_paragraph(line(&format!("{word}{}", part.copies.join(comma)), "仿宋", 28));
        }
        file = file.add_paragraph(line(&part.contact, "仿宋", 18));
    }
    let mut out = Cursor::new(Vec::new());
    file.build().pack(&mut out).map_err(|e| e.to_string())?;
    Ok(out.into_inner())
}

/// One line; `size` in half points.
fn line(text: &str, face: &str, size: usize) -> Line {
    let run = Run::new().add_text(text).size(size).fonts(RunFonts::new().east_asia(face).ascii("Times New Roman"));
    Line::new().add_run(run).line_spacing(LineSpacing::new().line_rule(LineSpacingType::Exact).line(580))
}
