//! Numbers by which a person is known: mobile telephones and resident identity numbers. They are not put into the
//! index, and a search for one says that it does not look for people.

/// What a number by itself looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A mobile telephone number.
    Mobile,
    /// A resident identity number whose day and check digit are right (GB 11643).
    Identity,
    /// Any other.
    Other,
}

/// What a number of digits (the last may be `x`) is.
pub fn sort_of_number(digits: &str) -> Sort {
    let bare = digits
        .strip_prefix("0086")
        .or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() == 11))
        .unwrap_or(digits);
    let bare = bare.strip_prefix('0').filter(|rest| rest.len() == 11).unwrap_or(bare);
    if bare.len() == 11
        && bare.bytes().all(|b| b.is_ascii_digit())
        && matches!(bare.as_bytes(), [b'1', b'3'..=b'9', ..])
    {
        Sort::Mobile
    } else if is_identity(digits) {
        Sort::Identity
    } else {
        Sort::Other
    }
}

/// Whether a folded query is nothing but the number of a person, however it is grouped.
pub fn is_of_a_person(folded: &str) -> bool {
    let plain: String = folded
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '+' | '(' | ')' | '.' | '‐'..='―'))
        .collect();
    sort_of_number(&plain) != Sort::Other
}

fn is_identity(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |b: &u8| b.is_ascii_digit().then(|| u32::from(b - b'0'));
    let number = |from: usize, to: usize| {
        bytes.get(from..to).and_then(|part| part.iter().map(digit).try_fold(0_u32, |n, d| d.map(|d| n * 10 + d)))
    };
    let day = |year: u32, month: Option<u32>, day: Option<u32>| {
        let fits = |v: Option<u32>| v.and_then(|v| i8::try_from(v).ok());
        let parts = i16::try_from(year).ok().zip(fits(month)).zip(fits(day));
        parts.is_some_and(|((y, m), d)| (1850..=2100).contains(&y) && jiff::civil::Date::new(y, m, d).is_ok())
    };
    // The form of 15 digits has not been valid since 2013 and has no check digit; contracts look like it.
    match bytes.len() {
        18 => {
            const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: Option<u32> = bytes.iter().zip(WEIGHTS).map(|(b, w)| digit(b).map(|d| d * w)).sum();
            let check = sum.and_then(|s| b"10x98765432".get((s % 11) as usize));
            check.is_some_and(|c| bytes.last().is_some_and(|l| l.to_ascii_lowercase() == *c))
                && number(6, 10).is_some_and(|y| day(y, number(10, 12), number(12, 14)))
        }
        _ => false,
    }
}
