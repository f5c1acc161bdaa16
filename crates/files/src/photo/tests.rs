//! Pictures as phones and programs write them, and what is left of each.

use super::*;

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [0xFF, marker].into_iter().chain(length).chain(content.iter().copied()).collect()
}

/// Exif with a place in Shanghai, a time, a device and a turn of 6.
fn exif_of_a_phone() -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut out = tag.to_be_bytes().to_vec();
        out.extend(kind.to_be_bytes());
        out.extend(count.to_be_bytes());
        out.extend(value.to_be_bytes());
        out
    };
    // IFD0 at 8 with 4 entries ends at 8 + 2 + 48 + 4 = 62; GPS at 82; data after it.
    tiff.extend(4_u16.to_be_bytes());
    tiff.extend(entry(0x010F, 2, 6, 62));
    tiff.extend(entry(0x0112, 3, 1, 6 << 16));
    tiff.extend(entry(0x0132, 2, 20, 68));
    tiff.extend(entry(0x8825, 4, 1, 88));
    tiff.extend([0; 4]);
    tiff.extend(b"Phone\0");
    tiff.extend(b"2026:03:02 10:15:07\0");
    assert_eq!(tiff.len(), 88);
    tiff.extend(4_u16.to_be_bytes());
    tiff.extend(entry(1, 2, 2, u32::from_be_bytes(*b"N\0\0\0")));
    tiff.extend(entry(2, 5, 3, 142));
    tiff.extend(entry(3, 2, 2, u32::from_be_bytes(*b"E\0\0\0")));
    tiff.extend(entry(4, 5, 3, 166));
    tiff.extend([0; 4]);
    for (n, d) in [(31_u32, 1_u32), (13, 1), (4944, 100), (121, 1), (28, 1), (2532, 100)] {
        tiff.extend(n.to_be_bytes());
        tiff.extend(d.to_be_bytes());
    }
    tiff
}

fn jpeg_of_a_phone() -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    out.extend(segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
    out.extend(segment(0xE1, &[b"Exif\0\0".as_slice(), &exif_of_a_phone()].concat()));
    out.extend(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>31.2304</x:xmpmeta>"));
    out.extend(segment(0xE2, b"ICC_PROFILE\0\x01\x01profile"));
    out.extend(segment(0xE2, b"MPF\0index of previews"));
    out.extend(segment(0xED, b"Photoshop 3.0\0IPTC"));
    out.extend(segment(0xFE, b"a comment with a name"));
    out.extend(segment(0xDB, &[0; 65]));
    out.extend(segment(0xC0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]));
    out.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
    out.extend([0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]);
    // A further scan of a progressive picture, with a table between.
    out.extend(segment(0xC4, &[0; 20]));
    out.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
    out.extend([0x78, 0x9A, 0xFF, 0xD9]);
    out.extend(b"\xFF\xD8 a preview with GPS of its own \xFF\xD9 and a short film");
    out
}

#[test]
fn a_photo_keeps_its_picture_and_its_turn_and_nothing_else() {
    let photo = jpeg_of_a_phone();
    let Doorway::Stripped(plain, told) = at_the_door("image/jpeg", &photo) else { panic!("not stripped") };
    assert_eq!(
        told,
        Traces { place: Some("31.23040, 121.47370".into()), taken: Some("2026-03-02 10:15".into()), device: true }
    );
    let holds = |what: &[u8]| plain.windows(what.len()).any(|w| w == what);
    for gone in [b"Phone".as_slice(), b"2026:03", b"xmpmeta", b"MPF", b"Photoshop", b"comment", b"preview", b"film"] {
        assert!(!holds(gone), "{}", String::from_utf8_lossy(gone));
    }
    for kept in
        [b"JFIF".as_slice(), b"ICC_PROFILE", &[0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56], &[0x78, 0x9A, 0xFF, 0xD9]]
    {
        assert!(holds(kept), "{kept:?}");
    }
    let mut cursor = std::io::Cursor::new(&plain);
    let exif = exif::Reader::new().read_from_container(&mut cursor).unwrap();
    let fields: Vec<Tag> = exif.fields().map(|f| f.tag).collect();
    assert_eq!(fields, [Tag::Orientation]);
    assert_eq!(exif.get_field(Tag::Orientation, In::PRIMARY).unwrap().value.get_uint(0), Some(6));
    // Done once, there is nothing more to do.
    let again = at_the_door("image/jpeg", &plain);
    assert!(
        matches!(&again, Doorway::Clear) || matches!(&again, Doorway::Stripped(b, t) if *b == plain && t.is_empty()),
        "{again:?}"
    );
}

#[test]
fn png_and_webp_lose_their_texts() {
    let chunk = |name: &[u8; 4], content: &[u8]| {
        let mut out = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        out.extend(name);
        out.extend(content);
        out.extend([0; 4]);
        out
    };
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &[0; 13]));
    png.extend(chunk(b"eXIf", &exif_of_a_phone()));
    png.extend(chunk(b"tEXt", b"Author\0someone"));
    png.extend(chunk(b"tIME", &[7, 234, 3, 2, 10, 15, 7]));
    png.extend(chunk(b"IDAT", &[1, 2, 3]));
    png.extend(chunk(b"IEND", &[]));
    png.extend(b"after the end");
    let Doorway::Stripped(plain, told) = at_the_door("image/png", &png) else { panic!("not stripped") };
    assert!(told.place.is_some() && told.device);
    assert_eq!(plain.len(), 8 + (12 + 13) + (12 + 3) + 12);
    assert_eq!(at_the_door("image/png", &plain), Doorway::Clear);

    let riff = |name: &[u8; 4], content: &[u8]| {
        let mut out = name.to_vec();
        out.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        out.extend(content);
        out.extend(std::iter::repeat_n(0, content.len() % 2));
        out
    };
    let body = [
        b"WEBP".to_vec(),
        riff(b"VP8X", &[0b0000_1100, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        riff(b"VP8 ", &[9; 5]),
        riff(b"EXIF", &exif_of_a_phone()),
        riff(b"XMP ", b"<x/>"),
    ]
    .concat();
    let webp = riff(b"RIFF", &body);
    let Doorway::Stripped(plain, _) = at_the_door("image/webp", &webp) else { panic!("not stripped") };
    assert!(!plain.windows(4).any(|w| w == b"EXIF" || w == b"XMP "));
    assert_eq!(plain.get(20), Some(&0), "the flags say so");
    assert_eq!(u32::from_le_bytes(plain.get(4..8).unwrap().try_into().unwrap()) as usize, plain.len() - 8);
}

fn full(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(content.len() + 8).unwrap().to_be_bytes().to_vec();
    out.extend(name);
    out.extend(content);
    out
}

/// A HEIC with a picture item and an Exif item in `mdat`, and XMP in `idat`.
fn heic() -> (Vec<u8>, usize) {
    let infe = |id: u16, kind: &[u8; 4], more: &[u8]| {
        full(b"infe", &[[2, 0, 0, 0].as_slice(), &id.to_be_bytes(), &[0, 0], kind, b"\0", more].concat())
    };
    let iinf = full(
        b"iinf",
        &[
            [0, 0, 0, 0, 0, 3].to_vec(),
            infe(1, b"hvc1", b""),
            infe(2, b"Exif", b""),
            infe(3, b"mime", b"application/rdf+xml\0"),
        ]
        .concat(),
    );
    let idat = full(b"idat", b"<x:xmpmeta>121.47</x:xmpmeta>");
    let exif = [b"\0\0\0\x06Exif\0\0".as_slice(), &exif_of_a_phone()].concat();
    let build = |picture_at: u32| {
        let item = |id: u16, method: u16, from: u32, length: u32| {
            [
                id.to_be_bytes().to_vec(),
                method.to_be_bytes().to_vec(),
                vec![0, 0, 0, 1],
                from.to_be_bytes().to_vec(),
                length.to_be_bytes().to_vec(),
            ]
            .concat()
        };
        let picture = 4_u32;
        let iloc = full(
            b"iloc",
            &[
                vec![1, 0, 0, 0, 0x44, 0x00, 0, 3],
                item(1, 0, picture_at, picture),
                item(2, 0, picture_at + picture, u32::try_from(exif.len()).unwrap()),
                item(3, 1, 0, 29),
            ]
            .concat(),
        );
        let meta = full(b"meta", &[vec![0, 0, 0, 0], iinf.clone(), iloc, idat.clone()].concat());
        let mut out = full(b"ftyp", b"heic\0\0\0\0mif1heic");
        out.extend(meta);
        let at = out.len() + 8;
        out.extend(full(b"mdat", &[b"PICT".to_vec(), exif.clone()].concat()));
        (out, at)
    };
    let (_, at) = build(0);
    (build(u32::try_from(at).unwrap()).0, at)
}

#[test]
fn a_heic_keeps_every_byte_of_its_picture() {
    let (photo, at) = heic();
    let Doorway::Stripped(plain, told) = at_the_door("image/heic", &photo) else { panic!("not stripped") };
    assert_eq!(told.place.as_deref(), Some("31.23040, 121.47370"));
    assert_eq!(plain.len(), photo.len());
    assert_eq!(plain.get(at..at + 4), Some(b"PICT".as_slice()));
    assert!(plain.get(at + 4..).unwrap().iter().all(|b| *b == 0));
    assert!(!plain.windows(7).any(|w| w == b"xmpmeta"));
}

#[test]
fn of_other_kinds_it_is_said() {
    let film = [
        full(b"ftyp", b"qt  \0\0\0\0qt  "),
        full(b"moov", &full(b"udta", &full(b"\xA9xyz", b"\0\x12\x15\xc7+31.2304+121.4737/"))),
    ]
    .concat();
    let Doorway::Left(told) = at_the_door("video/quicktime", &film) else { panic!("nothing said") };
    assert_eq!(told.place.as_deref(), Some("31.23040, 121.47370"));
    let Doorway::Left(told) = at_the_door("image/tiff", &exif_of_a_phone()) else { panic!("nothing said") };
    assert!(told.place.is_some() && told.device);
    assert_eq!(at_the_door("text/plain", b"31.2304"), Doorway::Clear);
}

#[test]
fn whatever_the_bytes_nothing_panics() {
    let whole = [("image/jpeg", jpeg_of_a_phone()), ("image/heic", heic().0)];
    for (kind, bytes) in whole {
        for cut in 0..bytes.len() {
            at_the_door(kind, bytes.get(..cut).unwrap());
            let mut broken = bytes.clone();
            if let Some(b) = broken.get_mut(cut) {
                *b = b.wrapping_add(0x7F);
            }
            at_the_door(kind, &broken);
        }
    }
}
