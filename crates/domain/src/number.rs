//! Matter numbers: `year-serial-check`, for example `2026-010247-6`.
//!
//! The check digit is ISO 7064 MOD 11,10, so that one wrong digit, or two neighbours swapped, is
//! noticed when a number is read out over the telephone. Serials have gaps (DESIGN decision 2).

use std::fmt;

use crate::text;

/// Why a number was not accepted. Each text says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The shape is not `2026-010247-6` (or `2026-010247-6-2` for one part of a letter).
    #[error("`{0}` is not a matter number; it looks like 2026-010247-6")]
    Shape(String),
    /// The check digit does not fit.
    #[error("`{0}` has a slip in it: the last digit does not fit the others; please read it again")]
    Check(String),
}

/// The number of a submission, as printed on the receipt.
pub fn submission_number(year: i16, serial: u64) -> String {
    let digits = format!("{year:04}{serial:06}");
    format!("{year:04}-{serial:06}-{}", check_digit(&digits))
}

/// The number of the `part`-th matter of a submission; the first of a single request has no suffix.
pub fn matter_number(submission: &str, part: u16) -> String {
    format!("{submission}-{part}")
}

/// Reads a number as people type it (spaces, missing hyphens, full-width digits) into its written form.
///
/// # Errors
/// [`NumberError`] names the slip.
pub fn parse(text: &str) -> Result<String, NumberError> {
    let shape = || NumberError::Shape(text.chars().take(40).collect());
    let plain = text::number(text).replace(' ', "");
    if !plain.chars().all(|c| c.is_ascii_digit() || c == '-') {
        return Err(shape());
    }
    let parts: Vec<&str> = plain.split('-').collect();
    let (digits, suffix) = match parts.as_slice() {
        [year, serial, check] => (format!("{year}{serial}{check}"), None),
        [year, serial, check, part] => (format!("{year}{serial}{check}"), Some((*part).to_owned())),
        [whole] => ((*whole).to_owned(), None),
        _ => return Err(shape()),
    };
    if digits.len() < 11 || digits.len() > 19 || suffix.as_deref().is_some_and(|s| s.is_empty() || s.len() > 4) {
        return Err(shape());
    }
    let (head, check) = digits.split_at(digits.len() - 1);
    let (year, serial) = head.split_at(4);
    if check_digit(head).to_string() != check {
        return Err(NumberError::Check(text.chars().take(40).collect()));
    }
    let base = format!("{year}-{serial}-{check}");
    Ok(match suffix {
        Some(part) => format!("{base}-{part}"),
        None => base,
    })
}

/// The number of a matter as people type it; of a letter it is that of its first part.
///
/// # Errors
/// As [`parse`].
pub fn of_matter(text: &str) -> Result<String, NumberError> {
    let number = parse(text)?;
    Ok(if number.matches('-').count() == 3 { number } else { matter_number(&number, 1) })
}

struct Mod1110(u32);

impl fmt::Display for Mod1110 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

fn check_digit(digits: &str) -> Mod1110 {
    let mut product = 10;
    for digit in digits.chars().filter_map(|c| c.to_digit(10)) {
        let mut sum = (digit + product) % 10;
        if sum == 0 {
            sum = 10;
        }
        product = (sum * 2) % 11;
    }
    Mod1110((11 - product) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_7064_reference_value() {
        // The standard's own example: 0794 has the check digit 5.
        assert_eq!(check_digit("0794").0, 5);
    }

    #[test]
    fn every_single_slip_and_neighbour_swap_is_noticed() {
        for serial in [1, 247, 10_247, 999_999, 1_234_567] {
            let number = submission_number(2026, serial);
            assert_eq!(parse(&number).as_deref(), Ok(number.as_str()));
            let plain: Vec<char> = number.chars().filter(|c| *c != '-').collect();
            for i in 0..plain.len() {
                for d in '0'..='9' {
                    let mut wrong = plain.clone();
                    wrong[i] = d;
                    if wrong != plain {
                        assert!(parse(&wrong.iter().collect::<String>()).is_err());
                    }
                }
            }
        }
    }

    #[test]
    fn people_type_numbers_in_many_ways() {
        let number = submission_number(2026, 10_247);
        for typed in [
            number.replace('-', ""),
            number.replace('-', "－"),
            format!(" {number} "),
            number.replace('-', " - "),
            number.replace('-', "—"),
            format!("\u{202d}{number}\u{202c}"),
        ] {
            assert_eq!(parse(&typed).as_deref(), Ok(number.as_str()), "{typed}");
        }
        assert!(matches!(parse("供暖"), Err(NumberError::Shape(_))));
        assert!(parse(&format!("{number}-2")).is_ok());
    }
}
