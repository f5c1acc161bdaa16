//! The archive package of a matter: one folder in the form of BagIt (RFC 8493) that a court can check without this
//! program. In OAIS words it is a dissemination package: content (petition, files, papers), its context (the record
//! with salts and commitments) and its fixity (SHA-256 of every file).
//!
//! Names and contacts stay in the vault and are not part of it.

use huiyin_domain::retention::{KeptUntil, kept};
use huiyin_register::hex;
use huiyin_wording::Language;
use sha2::{Digest, Sha256};

use crate::clock_view::{self, ViewGround};
use crate::error::{AppError, Result};
use crate::matter_view::{self, MatterView};
use crate::office::Office;
use crate::papers::{self, Form};
use crate::timeline::{self, Reader};
use crate::verify;

/// One file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path within the package, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A package, and what could not be put into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its files.
    pub entries: Vec<Entry>,
    /// What is missing, each with its reason; the package says so too, in `MISSING.txt`.
    pub missing: Vec<String>,
}

/// Builds the package of a matter, for the operator at the machine. It is always made: what cannot be read or drawn is
/// named in it and does not keep the rest from a court.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such matter.
#[crate::boxed]
pub async fn of_matter(office: &Office, number: &str) -> Result<Package> {
    let view = matter_view::for_operator(office, number).await?;
    let (mut payload, mut missing) = (Vec::new(), Vec::new());
    let mut put = |path: String, bytes: Vec<u8>| payload.push(Entry { path: format!("data/{path}"), bytes });
    put("petition.txt".into(), view.text.clone().into_bytes());
    put("matter.json".into(), json(&view.matter)?);
    put("record.json".into(), record(&view)?);
    put("record.txt".into(), in_words(office, &view).into_bytes());
    put("reckoning.txt".into(), reckoning(office, &view).into_bytes());
    // Documents that show who somebody is are identity, and names are not part of the package.
    for file in view.files.iter().filter(|f| !f.identity) {
        let path = format!("files/{}-{}", file.id, plain(&file.name));
        match crate::vault::read(office, file).await {
            Ok(bytes) => put(path, bytes),
            Err(error) => missing.push(format!("{path} ({}, SHA-256 {}): {error}", file.name, file.hash)),
        }
    }
    for paper in &view.papers {
        put(format!("papers/{:06}.json", paper.n), json(paper)?);
        put(format!("papers/{:06}.html", paper.n), papers::html(&paper.letter).into_bytes());
        let path = format!("papers/{:06}.pdf", paper.n);
        match papers::draw(office, paper, Form::Pdf, "").await {
            Ok(bytes) => put(path, bytes),
            Err(error) => missing.push(format!(
                "{path} ({}): {}; papers/{:06}.html and .json hold the same words",
                paper.number,
                why(office, &error),
                paper.n
            )),
        }
    }
    // What does not agree with the record is said in the package itself: its own sums would agree with a forgery.
    let found = verify::proceeding(office, &view.matter.clone().into()).await?.findings;
    // A file that could not be read is named already.
    let named =
        |f: &&verify::Finding| f.what.strip_prefix("file ").is_some_and(|id| missing.iter().any(|m| m.contains(id)));
    let found: Vec<String> = found.iter().filter(|f| !named(f)).map(ToString::to_string).collect();
    missing.extend(found);
    if !missing.is_empty() {
        put(
            "MISSING.txt".into(),
            format!("缺少或者与记录不符 / missing, or not as the record says\n\n{}\n", missing.join("\n")).into_bytes(),
        );
    }
    put("HOW-TO-CHECK.txt".into(), HOW.as_bytes().to_vec());
    let size: usize = payload.iter().map(|e| e.bytes.len()).sum();
    let mut tags = vec![
        Entry { path: "bagit.txt".into(), bytes: b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec() },
        Entry { path: "bag-info.txt".into(), bytes: info(office, &view, size, payload.len()).into_bytes() },
        Entry { path: "manifest-sha256.txt".into(), bytes: manifest(&payload).into_bytes() },
    ];
    let of_tags = Entry { path: "tagmanifest-sha256.txt".into(), bytes: manifest(&tags).into_bytes() };
    tags.push(of_tags);
    tags.extend(payload);
    Ok(Package { entries: tags, missing })
}

/// A fault in the words of the forms.
fn why(office: &Office, error: &AppError) -> String {
    match error {
        AppError::Form(errors) => {
            errors.iter().map(|e| office.wording().text(Language::ENGLISH, e.fault, &[])).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

const HOW: &str = "怎样核对 / How to check\n\n\
1. 每个文件的 SHA-256 写在 manifest-sha256.txt；用 `sha256sum -c manifest-sha256.txt` 核对。\n\
   The SHA-256 of each file stands in manifest-sha256.txt; check it with `sha256sum -c manifest-sha256.txt`.\n\
2. record.json 里每一条都有 salt 和 commitment：commitment = SHA-256(上一条的 commitment 的文字 ‖ salt 的文字 ‖ 这一条 event 按 RFC 8785 写成的 JSON)；第一条之前是空的。\n\
   Each line of record.json has a salt and a commitment: SHA-256 over the text of the commitment before, the text of the salt and the event as RFC 8785 JSON; nothing stands before the first.\n\
3. 文书的校验值（record.json 里的 paper_made）= SHA-256(salt ‖ letter 按 RFC 8785 写成的 JSON)，salt 和 letter 在 papers/*.json。\n\
   The digest of a paper (paper_made in record.json) is SHA-256 over salt and letter as RFC 8785 JSON; both stand in papers/*.json.\n\
4. 期限怎样算的，一天一天写在 reckoning.txt。\n\
   How each period was reckoned stands in reckoning.txt.\n";

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(AppError::caused("a package has no JSON"))
}

fn record(view: &MatterView) -> Result<Vec<u8>> {
    let lines: Vec<serde_json::Value> = view
        .events
        .iter()
        .map(|e| {
            let words = view.words.iter().find(|w| w.n == e.event.n).map(|w| &w.words);
            serde_json::json!({ "event": e.event, "salt": e.salt, "commitment": e.commitment, "words": words })
        })
        .collect();
    json(&lines)
}

fn ground<'a>(office: &'a Office, view: &'a MatterView, now: &'a huiyin_domain::clock::OfficeTime) -> ViewGround<'a> {
    ViewGround { rules: view.ground.rules(), wording: office.wording(), language: office.binding(), now }
}

fn in_words(office: &Office, view: &MatterView) -> String {
    let now = office.now();
    let mut out = format!("{}  {}\n\n", view.matter.number, view.matter.title);
    for line in timeline::lines(ground(office, view, &now), view.record(), Reader::Officer) {
        out.push_str(&format!("{}  {}  {}  {}\n", line.when, line.who, line.what, line.cite));
        for said in line.said {
            out.push_str(&format!("    {}：{}\n", said.label, said.text));
        }
    }
    out
}

fn reckoning(office: &Office, view: &MatterView) -> String {
    let now = office.now();
    let mut out = String::new();
    for clock in view.matter.clocks.iter().filter_map(|c| clock_view::view(ground(office, view, &now), &view.matter, c))
    {
        out.push_str(&format!("{}（{}）\n  {}\n", clock.title, clock.owner, clock.sentence));
        for line in clock.reckoning {
            out.push_str(&format!("    {}：{}\n", line.term, line.text));
        }
    }
    out
}

fn info(office: &Office, view: &MatterView, size: usize, count: usize) -> String {
    let unit = view.ground.directory.unit(&view.matter.holder).map(|u| u.name.clone()).unwrap_or_default();
    format!(
        "Source-Organization: {unit}\nExternal-Identifier: {}\nExternal-Description: {}\nBagging-Date: {}\nPayload-Oxum: {size}.{count}\nHuiyin-Pack: {}\nHuiyin-KeptUntil: {}\n",
        view.matter.number,
        one_line(&view.matter.title),
        office.now().today(),
        view.matter.pack,
        match kept(&view.ground.book, &view.matter) {
            KeptUntil::Open => "not archived yet".to_owned(),
            KeptUntil::Permanent => "for ever".to_owned(),
            KeptUntil::Through(day) => format!("through {day}"),
        }
    )
}

fn manifest(entries: &[Entry]) -> String {
    entries.iter().map(|e| format!("{}  {}\n", hex(&Sha256::digest(&e.bytes)), e.path)).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes of a file's name on a disk: with the id before it, well under the 255 that common file systems allow.
const NAME: usize = 180;

/// A file name that is safe on any disk: its end is kept, which tells its kind.
fn plain(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    let bare = safe.trim_start_matches('.');
    let mut from = bare.len().saturating_sub(NAME);
    while !bare.is_char_boundary(from) {
        from += 1;
    }
    bare.get(from..).unwrap_or_default().to_owned()
}
