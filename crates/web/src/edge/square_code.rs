//! Square codes (QR) as drawings within a page.

use qrcode::QrCode;
use qrcode::render::svg;

/// Pixels of a side, at least.
const SIDE: u32 = 200;

/// The drawing of a text; `None` when the text is too long for a code.
pub(crate) fn square_code(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).build();
    // The drawing alone: within a page there is no declaration.
    drawn.find("<svg").and_then(|at| drawn.get(at..)).map(str::to_owned)
}
