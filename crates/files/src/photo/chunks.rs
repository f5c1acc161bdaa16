//! PNG and WebP: chunks with a name and a length; those that describe where the picture comes from are left out.

/// PNG without texts, times and Exif; what draws the picture stays, and nothing after its end.
pub(super) fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n";
    const DRAWN: [&[u8]; 20] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
        b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
    ];
    let mut out = HEAD.to_vec();
    let mut rest = bytes.strip_prefix(HEAD)?;
    loop {
        let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let name = rest.get(4..8)?;
        let whole = rest.get(..length.checked_add(12)?)?;
        if DRAWN.contains(&name) {
            out.extend(whole);
        }
        if name == b"IEND" {
            return Some(out);
        }
        rest = rest.get(whole.len()..)?;
    }
}

/// WebP without Exif and XMP.
pub(super) fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const EXIF_AND_XMP: u8 = 0b0000_1100;
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let mut body = b"WEBP".to_vec();
    let end =
        usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?.checked_add(8)?.min(bytes.len());
    let mut at = 12;
    while at + 8 <= end {
        let name = bytes.get(at..at + 4)?;
        let length = usize::try_from(u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?)).ok()?;
        let padded = length.checked_add(length % 2)?;
        let whole = bytes.get(at..at.checked_add(8)?.checked_add(padded)?.min(bytes.len()))?;
        if !matches!(name, b"EXIF" | b"XMP ") {
            let from = body.len();
            body.extend(whole);
            if name == b"VP8X"
                && let Some(flags) = body.get_mut(from + 8)
            {
                *flags &= !EXIF_AND_XMP;
            }
        }
        at += 8 + padded;
    }
    let length = u32::try_from(body.len()).ok()?.to_le_bytes();
    Some(b"RIFF".iter().copied().chain(length).chain(body).collect())
}
