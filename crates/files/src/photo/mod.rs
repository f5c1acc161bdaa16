//! What a photograph tells beside its picture: where and when it was taken, with which device. It stays at the door.
//!
//! JPEG, PNG, WebP and HEIC are stored without it; the picture itself is not touched. Of other kinds it is only said
//! that something is in them. What is told of place and time is for the person who sends it, who may keep it as words.

mod chunks;
mod heif;
mod jpeg;

use exif::{In, Rational, Tag, Value};

/// What stood beside the picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Traces {
    /// Latitude and longitude in degrees, north and east positive, five decimals: `31.23040, 121.47370`.
    pub place: Option<String>,
    /// When it was taken, as the device wrote it: `2026-03-02 10:15`.
    pub taken: Option<String>,
    /// The device was named.
    pub device: bool,
}

impl Traces {
    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was done at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doorway {
    /// There is nothing beside the picture, or it is no picture or film.
    Clear,
    /// This is to be stored instead: the same picture without what stood beside it.
    Stripped(Vec<u8>, Traces),
    /// Something stands in it that cannot be taken out here.
    Left(Traces),
}

/// Looks at a file of a type and takes out what can be taken out.
pub fn at_the_door(media_type: &str, bytes: &[u8]) -> Doorway {
    let stripped = match media_type {
        "image/jpeg" => jpeg::stripped(bytes),
        "image/png" => chunks::png(bytes),
        "image/webp" => chunks::webp(bytes),
        "image/heic" | "image/avif" => heif::stripped(bytes),
        "image/tiff" => return left(traces(bytes)),
        "video/mp4" | "video/quicktime" | "video/3gpp" | "audio/m4a" => return left(of_film(bytes)),
        _ => return Doorway::Clear,
    };
    let told = traces(bytes);
    match stripped {
        Some(plain) if plain == bytes => Doorway::Clear,
        Some(plain) => Doorway::Stripped(plain, told),
        // A picture that cannot be read through is kept as it is; what is in it is said.
        None => left(told),
    }
}

fn left(found: Traces) -> Doorway {
    if found.is_empty() { Doorway::Clear } else { Doorway::Left(found) }
}

/// What the picture's Exif says.
fn traces(bytes: &[u8]) -> Traces {
    let mut cursor = std::io::Cursor::new(bytes);
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let found = reader.read_from_container(&mut cursor).or_else(|e| e.distill_partial_result(|_| {}));
    let Ok(exif) = found else { return Traces::default() };
    let field = |tag: Tag| exif.get_field(tag, In::PRIMARY);
    let taken = [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
        .into_iter()
        .find_map(|tag| ascii(&field(tag)?.value));
    Traces {
        place: degrees(field(Tag::GPSLatitude).map(|f| &f.value), field(Tag::GPSLatitudeRef).map(|f| &f.value))
            .zip(degrees(field(Tag::GPSLongitude).map(|f| &f.value), field(Tag::GPSLongitudeRef).map(|f| &f.value)))
            .map(|(lat, lon)| format!("{lat:.5}, {lon:.5}")),
        taken: taken.and_then(|t| moment(&t)),
        device: [Tag::Make, Tag::Model, Tag::BodySerialNumber, Tag::LensModel].into_iter().any(|t| field(t).is_some()),
    }
}

fn ascii(value: &Value) -> Option<String> {
    let Value::Ascii(parts) = value else { return None };
    parts.first().map(|p| String::from_utf8_lossy(p).trim_matches(['\0', ' ']).to_owned()).filter(|t| !t.is_empty())
}

/// `2026:03:02 10:15:07` → `2026-03-02 10:15`; what is no day and time is not told.
fn moment(text: &str) -> Option<String> {
    let read = exif::DateTime::from_ascii(text.as_bytes()).ok()?;
    (read.year > 0 && read.month > 0)
        .then(|| format!("{:04}-{:02}-{:02} {:02}:{:02}", read.year, read.month, read.day, read.hour, read.minute))
}

fn degrees(value: Option<&Value>, hemisphere: Option<&Value>) -> Option<f64> {
    let Value::Rational(parts) = value? else { return None };
    let part = |i: usize| parts.get(i).filter(|r| r.denom != 0).map(Rational::to_f64).unwrap_or(0.0);
    let whole = part(0) + part(1) / 60.0 + part(2) / 3600.0;
    let south_or_west = hemisphere.and_then(ascii).is_some_and(|h| h.starts_with(['S', 'W', 's', 'w']));
    (whole.is_finite() && whole.abs() <= 180.0).then_some(if south_or_west { -whole } else { whole })
}

/// The keys under which phones write a place into a film: QuickTime's `©xyz` and its metadata key, and `loci` of 3GPP.
fn of_film(bytes: &[u8]) -> Traces {
    let keys: [&[u8]; 3] = [b"\xA9xyz", b"com.apple.quicktime.location", b"loci"];
    let placed = keys.iter().find_map(|k| bytes.windows(k.len()).position(|w| w == *k));
    // ISO 6709: +31.2304+121.4737/
    let text = placed.map(|at| bytes.iter().skip(at).take(120).map(|b| char::from(*b)).collect::<String>());
    let coordinates = text.as_deref().and_then(|t| t.split_once(['+', '-']).map(|_| t)).and_then(iso6709);
    let device = [b"com.apple.quicktime.model".as_slice(), b"\xA9mod", b"\xA9mak"]
        .iter()
        .any(|k| bytes.windows(k.len()).any(|w| w == *k));
    Traces { place: coordinates.or_else(|| placed.map(|_| String::new())), taken: None, device }
}

fn iso6709(text: &str) -> Option<String> {
    let start = text.find(['+', '-'])?;
    let rest: String =
        text.get(start..)?.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')).collect();
    let second = rest.get(1..)?.find(['+', '-'])? + 1;
    let (lat, lon) = (rest.get(..second)?, rest.get(second..)?);
    let end = lon.get(1..)?.find(['+', '-']).map_or(lon.len(), |i| i + 1);
    let (lat, lon): (f64, f64) = (lat.parse().ok()?, lon.get(..end)?.parse().ok()?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then(|| format!("{lat:.5}, {lon:.5}"))
}

#[cfg(test)]
mod tests;
