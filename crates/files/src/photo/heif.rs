//! HEIC and AVIF (ISO 14496-12, 23008-12): Exif and XMP are items of their own. Their bytes are overwritten with zeros
//! where they lie, so that every offset of the file stays right and the picture is not touched.

/// Items looked at, at most.
const MOST: usize = 10_000;

/// The same file with empty descriptions; `None` when its boxes cannot be read through.
pub(super) fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let meta = boxes(bytes)?.into_iter().find(|b| b.name == *b"meta")?;
    // A full box: version and flags stand before the boxes in it.
    let inner = boxes(bytes.get(meta.from + 4..meta.to)?)?;
    let shift = meta.from + 4;
    let find = |name: &[u8; 4]| {
        inner
            .iter()
            .find(|b| b.name == *name)
            .and_then(|b| bytes.get(b.from + shift..b.to + shift).map(|s| (b.from + shift, s)))
    };
    let (_, infos) = find(b"iinf")?;
    let described = descriptions(infos)?;
    let mut out = bytes.to_vec();
    if described.is_empty() {
        return Some(out);
    }
    let (_, places) = find(b"iloc")?;
    let data = find(b"idat").map(|(from, s)| (from, s.len()));
    for (from, length) in extents(places, &described, data)? {
        // A length of 0 means to the end of the file: nothing but the whole would be left.
        out.get_mut(from..from.checked_add(length)?)?.fill(0);
    }
    Some(out)
}

struct Found {
    name: [u8; 4],
    from: usize,
    to: usize,
}

/// The boxes that lie one after another in a slice, with where their content lies.
fn boxes(bytes: &[u8]) -> Option<Vec<Found>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at + 8 <= bytes.len() && out.len() < MOST {
        let short = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        let name: [u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let (head, size) = match short {
            0 => (8, bytes.len() - at),
            1 => (16, usize::try_from(u64::from_be_bytes(bytes.get(at + 8..at + 16)?.try_into().ok()?)).ok()?),
            n => (8, usize::try_from(n).ok()?),
        };
        let to = at.checked_add(size).filter(|to| size >= head && *to <= bytes.len())?;
        out.push(Found { name, from: at + head, to });
        at = to;
    }
    Some(out)
}

/// Ids of the items that describe: Exif, and XMP as `application/rdf+xml`.
fn descriptions(infos: &[u8]) -> Option<Vec<u32>> {
    let wide = *infos.first()? > 0;
    let entries = boxes(infos.get(if wide { 8 } else { 6 }..)?)?;
    let base = if wide { 8 } else { 6 };
    let mut out = Vec::new();
    for entry in entries.iter().filter(|b| b.name == *b"infe") {
        let body = infos.get(entry.from + base..entry.to + base)?;
        let version = *body.first()?;
        let (id, rest) = match version {
            2 => (u32::from(u16::from_be_bytes(body.get(4..6)?.try_into().ok()?)), body.get(8..)?),
            3 => (u32::from_be_bytes(body.get(4..8)?.try_into().ok()?), body.get(10..)?),
            _ => continue,
        };
        let kind = rest.get(..4)?;
        let xmp = kind == b"mime" && rest.windows(b"rdf+xml".len()).any(|w| w == b"rdf+xml");
        if kind == b"Exif" || xmp {
            out.push(id);
        }
    }
    Some(out)
}

/// A reader of numbers of given widths.
struct Numbers<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Numbers<'_> {
    fn take(&mut self, width: usize) -> Option<usize> {
        let part = self.bytes.get(self.at..self.at.checked_add(width)?)?;
        self.at += width;
        part.iter().try_fold(0_usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))
    }
}

/// Where the bytes of some items lie in the file.
fn extents(places: &[u8], wanted: &[u32], data: Option<(usize, usize)>) -> Option<Vec<(usize, usize)>> {
    let version = *places.first()?;
    let widths = [*places.get(4)?, *places.get(5)?];
    let [offset, length, base, index] =
        [widths[0] >> 4, widths[0] & 15, widths[1] >> 4, widths[1] & 15].map(usize::from);
    let index = if version == 0 { 0 } else { index };
    let mut numbers = Numbers { bytes: places, at: 6 };
    let items = numbers.take(if version < 2 { 2 } else { 4 })?;
    let mut out = Vec::new();
    for _ in 0..items.min(MOST) {
        let id = u32::try_from(numbers.take(if version < 2 { 2 } else { 4 })?).ok()?;
        let method = if version == 0 { 0 } else { numbers.take(2)? & 15 };
        numbers.take(2)?;
        let start = numbers.take(base)?;
        let count = numbers.take(2)?;
        for _ in 0..count {
            numbers.take(index)?;
            let (from, size) = (numbers.take(offset)?, numbers.take(length)?);
            if !wanted.contains(&id) {
                continue;
            }
            let from = start.checked_add(from)?;
            match method {
                0 => out.push((from, size)),
                // Within the box `idat`.
                1 => out.push((data?.0.checked_add(from)?, size)),
                _ => return None,
            }
        }
    }
    Some(out)
}
