//! What a file is, found in its bytes and never believed from its name. Text is text whatever its first letters.

use std::io::{Cursor, Read};

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::FileError;

/// Types that may be stored: media type and usual ending.
const ALLOWED: &[(&str, &str)] = &[
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/heic", "heic"),
    // As earlier versions named it.
    ("image/heif", "heic"),
    ("image/avif", "avif"),
    ("image/bmp", "bmp"),
    ("image/tiff", "tif"),
    ("application/pdf", "pdf"),
    ("application/ofd", "ofd"),
    ("application/rtf", "rtf"),
    ("application/msword", "doc"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.ms-powerpoint", "ppt"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("audio/mpeg", "mp3"),
    ("audio/m4a", "m4a"),
    ("audio/amr", "amr"),
    ("audio/aac", "aac"),
    ("audio/ogg", "ogg"),
    ("audio/x-flac", "flac"),
    ("audio/x-wav", "wav"),
    ("audio/x-ms-wma", "wma"),
    ("video/mp4", "mp4"),
    ("video/3gpp", "3gp"),
    ("video/quicktime", "mov"),
    ("video/x-msvideo", "avi"),
    ("video/x-matroska", "mkv"),
    ("video/webm", "webm"),
    ("video/x-ms-wmv", "wmv"),
    ("video/mpeg", "mpg"),
    ("text/plain", "txt"),
];

/// The type of bytes, if they may be stored.
///
/// # Errors
/// [`FileError::Empty`] and [`FileError::Type`].
pub fn sniff(bytes: &[u8]) -> Result<&'static str, FileError> {
    if bytes.is_empty() {
        return Err(FileError::Empty);
    }
    let name = of_bytes(bytes).ok_or(FileError::Type)?;
    ALLOWED.iter().find(|(allowed, _)| *allowed == name).map(|a| a.0).ok_or(FileError::Type)
}

/// The usual ending of a stored type.
pub fn ending(media_type: &str) -> &'static str {
    ALLOWED.iter().find(|(name, _)| *name == media_type).map_or("bin", |a| a.1)
}

fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        // Written in letters, yet not to be read as they stand.
        [b'%', b'P', b'D', b'F', b'-', ..] => return Some("application/pdf"),
        [b'{', b'\\', b'r', b't', b'f', ..] => return Some("application/rtf"),
        [b'P', b'K', 3, 4, ..] => return of_zip(bytes),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => return of_compound(bytes),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => return of_boxes(bytes),
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..] => return Some(of_asf(bytes)),
        _ => {}
    }
    if is_text(bytes) {
        return Some("text/plain");
    }
    match infer::get(bytes).map(|t| t.mime_type()) {
        Some("image/heif") => Some("image/heic"),
        Some("image/tiff" | "image/x-canon-cr2") => Some("image/tiff"),
        other => other,
    }
}

/// Documents in a zip: by what is in it, in whatever order a program wrote it.
fn of_zip(bytes: &[u8]) -> Option<&'static str> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = archive.file_names().map(|n| n.replace('\\', "/").to_lowercase()).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("word/document.xml") || has("word/document2.xml") {
        return Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    }
    if has("xl/workbook.xml") || has("xl/workbook.bin") {
        return Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    }
    if has("ppt/presentation.xml") {
        return Some("application/vnd.openxmlformats-officedocument.presentationml.presentation");
    }
    if has("ofd.xml") {
        return Some("application/ofd");
    }
    let mut said = String::new();
    archive.by_name("mimetype").ok()?.take(100).read_to_string(&mut said).ok()?;
    ["application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"]
        .into_iter()
        .find(|m| said.trim() == *m)
}

/// Documents of older programs, also of WPS: by the streams in the compound file.
fn of_compound(bytes: &[u8]) -> Option<&'static str> {
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = file.read_root_storage().map(|e| e.name().to_lowercase()).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("worddocument") {
        Some("application/msword")
    } else if has("workbook") || has("book") {
        Some("application/vnd.ms-excel")
    } else if has("powerpoint document") {
        Some("application/vnd.ms-powerpoint")
    } else {
        None
    }
}

/// Photos, sound and film in boxes (ISO 14496-12): by the brands of the file, the main one first.
fn of_boxes(bytes: &[u8]) -> Option<&'static str> {
    let size = bytes
        .get(..4)
        .and_then(|b| b.try_into().ok())
        .map(u32::from_be_bytes)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0);
    let brands = bytes.get(8..size.clamp(12, 4096).min(bytes.len())).unwrap_or_default();
    let all: Vec<&[u8]> = brands.chunks_exact(4).enumerate().filter(|(i, _)| *i != 1).map(|(_, b)| b).collect();
    let kind = |brand: &&[u8]| match *brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some("image/heic"),
        b"avif" | b"avis" => Some("image/avif"),
        b"M4A " | b"M4B " | b"M4P " => Some("audio/m4a"),
        b"qt  " => Some("video/quicktime"),
        [b'3', b'g', b'p' | b'g' | b's' | b'r' | b'e' | b'2', _] => Some("video/3gpp"),
        b"avc1" | b"dash" | b"MSNV" | b"mmp4" | b"f4v " | b"M4V " | b"M4VH" | b"M4VP" | b"NDSC" | b"XAVC" => {
            Some("video/mp4")
        }
        [b'i', b's', b'o', _] | [b'm', b'p', b'4', _] => Some("video/mp4"),
        _ => None,
    };
    // `mif1` says no more than that it is a picture: which, the other brands say.
    let picture = |brand: &&[u8]| matches!(*brand, b"mif1" | b"msf1" | b"mif2");
    all.first()
        .and_then(kind)
        .or_else(|| all.iter().find_map(kind))
        .or_else(|| all.iter().any(picture).then_some("image/heic"))
}

/// Windows media: a film when a stream of pictures is declared in its head.
fn of_asf(bytes: &[u8]) -> &'static str {
    const VIDEO: [u8; 8] = [0xC0, 0xEF, 0x19, 0xBC, 0x4D, 0x5B, 0xCF, 0x11];
    let head = bytes.get(..bytes.len().min(16_384)).unwrap_or_default();
    if head.windows(VIDEO.len()).any(|w| w == VIDEO) { "video/x-ms-wmv" } else { "audio/x-ms-wma" }
}

/// Whether bytes are a text in UTF-8, UTF-16 with its mark, or GB 18030: every one of them a character, and none a
/// control sign but those that end lines and pages.
fn is_text(bytes: &[u8]) -> bool {
    let encodings: &[&encoding_rs::Encoding] = match bytes {
        [0xFF, 0xFE, ..] => &[UTF_16LE],
        [0xFE, 0xFF, ..] => &[UTF_16BE],
        _ => &[UTF_8, GB18030],
    };
    // The mark by which old programs end a file, and nothing like it before.
    let bytes = bytes.strip_suffix(&[0x1A]).unwrap_or(bytes);
    let seen = |text: &str| {
        !text.chars().any(|c| {
            (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}'))
                || ('\u{e000}'..='\u{f8ff}').contains(&c)
        })
    };
    encodings.iter().any(|e| e.decode_without_bom_handling_and_without_replacement(bytes).is_some_and(|t| seen(&t)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_found_in_the_bytes_and_not_in_the_name() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n0000").unwrap(), "image/png");
        assert!(matches!(sniff(b"MZ\x90\x00\x03"), Err(FileError::Type)));
        assert!(matches!(sniff(b"\x7fELF\x02\x01"), Err(FileError::Type)));
        assert!(matches!(sniff(b""), Err(FileError::Empty)));
        assert!(matches!(sniff(b"PK\x03\x04garbage"), Err(FileError::Type)));
        assert!(matches!(sniff(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1garbage"), Err(FileError::Type)));
    }

    #[test]
    fn text_is_text_whatever_its_first_letters() {
        for text in [
            "收据一张",
            "BM 公司欠薪",
            "GIF89a 是什么格式",
            "<html><script>",
            "#!/bin/sh",
            "ID3 标签",
            "RIFF",
            "OggS 开头的字",
            "第一页\u{c}第二页",
            "\u{feff}带记号",
        ] {
            assert_eq!(sniff(text.as_bytes()).unwrap(), "text/plain", "{text}");
        }
        let (gbk, _, _) = GB18030.encode("拖欠农民工工资三个月");
        assert_eq!(sniff(&gbk).unwrap(), "text/plain");
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("记事本".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(sniff(&utf16).unwrap(), "text/plain");
        assert!(matches!(sniff(&[0x80, 0x00, 0x01, 0x02]), Err(FileError::Type)));
    }

    #[test]
    fn phones_name_their_files_by_many_brands() {
        let with = |major: &[u8; 4], others: &[&[u8; 4]]| {
            let mut out = u32::try_from(16 + 4 * others.len()).unwrap().to_be_bytes().to_vec();
            out.extend(b"ftyp");
            out.extend(major);
            out.extend([0; 4]);
            out.extend(others.iter().flat_map(|o| o.iter()));
            out.extend([0; 64]);
            out
        };
        for (major, others, wanted) in [
            (b"heic", vec![b"mif1"], "image/heic"),
            (b"mif1", vec![b"mif1", b"heix"], "image/heic"),
            (b"mif1", vec![], "image/heic"),
            (b"mif1", vec![b"avif"], "image/avif"),
            (b"3gp4", vec![b"isom"], "video/3gpp"),
            (b"iso8", vec![b"mp41"], "video/mp4"),
            (b"isom", vec![b"iso2", b"avc1", b"mp41"], "video/mp4"),
            (b"M4A ", vec![b"isom"], "audio/m4a"),
            (b"qt  ", vec![], "video/quicktime"),
            (b"mp42", vec![b"isom"], "video/mp4"),
        ] {
            assert_eq!(sniff(&with(major, &others)).unwrap(), wanted, "{}", String::from_utf8_lossy(major));
        }
        assert!(matches!(sniff(&with(b"zzzz", &[])), Err(FileError::Type)));
    }
}
