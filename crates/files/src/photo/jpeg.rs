//! JPEG: its segments are walked to the end of the picture; what programs and devices wrote about it is left out, and
//! so is whatever follows the picture (previews with data of their own, short films).

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;
const COMMENT: u8 = 0xFE;

/// The picture alone: JFIF head, colour profile, Adobe's transform and the way it is turned stay. `None` when it cannot
/// be walked.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    if bytes.get(..2)? != [0xFF, START] {
        return None;
    }
    out.extend([0xFF, START]);
    let (mut at, mut turned) = (2, None);
    let mut head_done = false;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        while *bytes.get(at + 1)? == 0xFF {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        at += 2;
        match marker {
            END => {
                out.extend([0xFF, END]);
                return Some(out);
            }
            // Markers without a length.
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let segment = bytes.get(at..at.checked_add(length)?).filter(|_| length >= 2)?;
        at += length;
        let kept = match marker {
            APP1 => {
                turned = turned.or_else(|| orientation(segment.get(2..)?));
                false
            }
            // The colour profile; not the index of further pictures.
            APP2 => segment.get(2..).is_some_and(|s| s.starts_with(b"ICC_PROFILE\0")),
            APP0 => segment.get(2..).is_some_and(|s| s.starts_with(b"JFIF\0")),
            APP14 => segment.get(2..).is_some_and(|s| s.starts_with(b"Adobe")),
            0xE3..=0xEF | COMMENT => false,
            _ => true,
        };
        // How it is turned belongs to the picture: it is written anew, alone, behind the JFIF head.
        let behind_head = !matches!(marker, APP0..=0xEF | COMMENT) && !head_done;
        if behind_head {
            head_done = true;
            out.extend(turned.filter(|t| *t != 1).map(turn).unwrap_or_default());
        }
        if kept {
            out.extend([0xFF, marker]);
            out.extend(segment);
        }
        if marker == SCAN {
            let from = at;
            // The scan runs to the next marker that is neither stuffing nor a restart.
            while *bytes.get(at)? != 0xFF || matches!(*bytes.get(at + 1)?, 0x00 | 0xD0..=0xD7 | 0xFF) {
                at += 1;
            }
            out.extend(bytes.get(from..at)?);
        }
    }
}

/// How the picture is turned, from an Exif segment: 1 to 8.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(b"Exif\0\0")?;
    let exif = exif::Reader::new().read_raw(tiff.to_vec()).ok()?;
    let value = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?.value.get_uint(0)?;
    u8::try_from(value).ok().filter(|v| (1..=8).contains(v))
}

/// An Exif segment that says nothing but how the picture is turned.
fn turn(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.push(orientation);
    tiff.extend([0; 6]);
    let length = u16::try_from(tiff.len() + 2).unwrap_or_default().to_be_bytes();
    [0xFF, APP1].into_iter().chain(length).chain(tiff).collect()
}
