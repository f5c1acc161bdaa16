//! Receipt codes: 16 digits from HMAC(server secret, form token); only a keyed hash is stored.

use crate::office::Office;

/// The code of a form.
pub(crate) fn code(office: &Office, form_token: &str) -> String {
    let bytes = office.keyed("receipt", form_token);
    let number = bytes.iter().take(16).fold(0_u128, |n, b| (n << 8) | u128::from(*b));
    format!("{:016}", number % 10_000_000_000_000_000)
}

/// The keyed hash under which a submission is found by its code.
pub(crate) fn hash(office: &Office, code: &str) -> String {
    office.keyed_hash("receipt-lookup", &plain(code))
}

/// The digits of a code as typed, in groups or full-width.
pub fn plain(code: &str) -> String {
    code.chars()
        .filter_map(|c| if ('０'..='９').contains(&c) { char::from_u32(u32::from(c) - 0xFF10 + 0x30) } else { Some(c) })
        .filter(char::is_ascii_digit)
        .collect()
}

/// A code in groups of four.
pub fn grouped(code: &str) -> String {
    let digits: Vec<char> = plain(code).chars().collect();
    digits.chunks(4).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
