//! Measures that a pack may not order (DESIGN.md, "What Huiyin will not do"; PLANS.md, end).
//!
//! The closed alphabet of verbs and duty kinds is the real guard; these words catch the plain cases and
//! say why. They stand only in files whose path has `forbidden` in it; a test keeps it so.

use crate::PackFiles;
use crate::error::PackError;

/// Words and the reason each is refused.
pub(crate) const MEASURES: &[(&str, &str)] = &[
    ("劝返", STOP),
    ("接回", STOP),
    ("遣返", STOP),
    ("带离", STOP),
    ("拦截", STOP),
    ("拦阻", STOP),
    ("截访", STOP),
    ("驻京", STOP),
    ("稳控", WATCH),
    ("管控", WATCH),
    ("重点人员", LABEL),
    ("跟踪", WATCH),
    ("盯防", WATCH),
    ("通知亲属", PRESS),
    ("通知家属做", PRESS),
    ("施压", PRESS),
    ("收缴横幅", SPEECH),
    ("没收标语", SPEECH),
    ("没收横幅", SPEECH),
    ("处置上访人", FORCE),
    ("从严从快", FORCE),
    ("按人数出警", FORCE),
    ("老户", LABEL),
    ("上访人名单", LABEL),
    ("缠访", LABEL),
    ("闹访", LABEL),
    ("删帖", SPEECH),
    ("舆情", SPEECH),
    ("停发待遇", PRESS),
    ("黑名单", LABEL),
];

const STOP: &str = "no one may be stopped, fetched back, sent home or taken away; duties bind offices only";
const WATCH: &str = "no one may be watched, followed or held under control";
const LABEL: &str = "no label, list or grade of persons is kept";
const PRESS: &str = "no pressure through relatives, employers or benefits";
const SPEECH: &str = "what people write or carry is not to be taken, removed or steered";
const FORCE: &str = "police are called for danger to life or health only";

/// Every line that orders a forbidden measure. Quotations of the law (`sources.toml`) are read as well.
pub(crate) fn find(files: &PackFiles) -> Vec<PackError> {
    let mut out = Vec::new();
    for (file, text) in &files.files {
        for (index, line) in text.lines().enumerate() {
            let compact: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            if let Some((word, reason)) = MEASURES.iter().find(|(word, _)| compact.contains(word)) {
                out.push(PackError {
                    pack: files.id.clone(),
                    file: file.clone(),
                    line: index + 1,
                    message: format!("`{word}` is a measure Huiyin does not carry out: {reason}; take it out and write what the office owes instead"),
                });
            }
        }
    }
    out
}
