//! The values that a kind takes, in words, for what is said of text that is
//! none of them.

use crate::table::Kind;

/// What a field of this kind takes; none where that is not a matter of its
/// kind alone.
pub const fn takes(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Double => "a number up to ±1.7976931348623157e308, `inf`, `-inf` or `nan`",
        Kind::Float => "a number up to ±3.4028235e38, `inf`, `-inf` or `nan`",
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => {
            "a whole number from -9223372036854775808 to 9223372036854775807"
        }
        Kind::Uint64 | Kind::Fixed64 => "a whole number from 0 to 18446744073709551615",
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => {
            "a whole number from -2147483648 to 2147483647"
        }
        Kind::Uint32 | Kind::Fixed32 => "a whole number from 0 to 4294967295",
        Kind::Bool => "`true` or `false`",
        Kind::String | Kind::Bytes | Kind::Enum | Kind::Message | Kind::Group => return None,
    })
}

/// The same in JSON, which has other words for what is no number.
pub const fn takes_in_json(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Double => Some(
            "a number up to ±1.7976931348623157e308, \
             `\"Infinity\"`, `\"-Infinity\"` or `\"NaN\"`",
        ),
        Kind::Float => Some(
            "a number up to ±3.4028235e38, \
             `\"Infinity\"`, `\"-Infinity\"` or `\"NaN\"`",
        ),
        Kind::Int64
        | Kind::Uint64
        | Kind::Int32
        | Kind::Fixed64
        | Kind::Fixed32
        | Kind::Bool
        | Kind::String
        | Kind::Group
        | Kind::Message
        | Kind::Bytes
        | Kind::Uint32
        | Kind::Enum
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Sint32
        | Kind::Sint64 => takes(kind),
    }
}

/// What is wrong with `text`, which is no value of this kind: that it is a
/// number the kind doesn't reach, or that it is none at all.
#[cold]
pub fn misfit(kind: Kind, text: &str) -> String {
    let is_number = match kind {
        Kind::Double | Kind::Float => decimal(text).is_some(),
        Kind::Int64
        | Kind::Uint64
        | Kind::Int32
        | Kind::Fixed64
        | Kind::Fixed32
        | Kind::Uint32
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Sint32
        | Kind::Sint64 => is_whole(text),
        Kind::Enum | Kind::Bool | Kind::String | Kind::Bytes | Kind::Message | Kind::Group => false,
    };
    match is_number {
        true => beyond(kind, text),
        false => none(kind, text),
    }
}

/// `text` is a number that the kind doesn't reach.
#[cold]
pub fn beyond(kind: Kind, text: &str) -> String {
    format!("{} is out of range of {}", crate::escape::quote(text), kind.name())
}

/// `text` is nothing that the kind has, whatever its size.
#[cold]
pub fn none(kind: Kind, text: &str) -> String {
    format!("{} is no {}", crate::escape::quote(text), kind.name())
}

/// Whether `text` is a whole number in decimal, of any size.
pub fn is_whole(text: &str) -> bool {
    decimal(text).as_ref().is_some_and(Decimal::is_whole)
}

/// The digits of a number that was written in decimal.
struct Decimal<'a> {
    whole: &'a str,
    fraction: &'a str,
    /// None when it is of a size that no number has.
    exponent: Option<i32>,
    shrinks: bool,
}

fn decimal(text: &str) -> Option<Decimal<'_>> {
    let unsigned = |text: &'_ str| -> usize { usize::from(text.starts_with(['-', '+'])) };
    let digits = &text[unsigned(text)..];
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // `01` is no number in JSON, nor behind a flag.
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let size = &exponent[unsigned(exponent)..];
    let ok = is_digits(whole) && is_digits(fraction) && is_digits(size) && !size.is_empty();
    (ok && whole.len() + fraction.len() > 0).then(|| Decimal {
        whole,
        fraction,
        exponent: exponent.parse().ok(),
        shrinks: exponent.starts_with('-'),
    })
}

impl Decimal<'_> {
    /// Whether no digit stands behind the point once the exponent has moved it.
    fn is_whole(&self) -> bool {
        let digits = format!("{}{}", self.whole, self.fraction);
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return true;
        }
        let zeros = (digits.len() - significant.len()) as i64;
        match self.exponent {
            Some(exponent) => i64::from(exponent) + zeros >= self.fraction.len() as i64,
            None => !self.shrinks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_types() {
        let whole = |from: i128, to: i128| format!("a whole number from {from} to {to}");
        for (kind, words) in [
            (Kind::Int64, whole(i64::MIN.into(), i64::MAX.into())),
            (Kind::Uint64, whole(0, u64::MAX.into())),
            (Kind::Int32, whole(i32::MIN.into(), i32::MAX.into())),
            (Kind::Uint32, whole(0, u32::MAX.into())),
        ] {
            assert_eq!(takes(kind), Some(&*words));
        }
    }

    #[test]
    fn a_number_is_out_of_range_and_a_word_is_none() {
        for (kind, text, what) in [
            (Kind::Int32, "2147483648", "\"2147483648\" is out of range of int32"),
            (Kind::Uint32, "-1", "\"-1\" is out of range of uint32"),
            (Kind::Int32, "1e10", "\"1e10\" is out of range of int32"),
            (Kind::Int32, "+1.50e11", "\"+1.50e11\" is out of range of int32"),
            (Kind::Int32, "1e99999999999", "\"1e99999999999\" is out of range of int32"),
            (Kind::Int32, "1e-99999999999", "\"1e-99999999999\" is no int32"),
            (Kind::Int64, "9007199254740993.5", "\"9007199254740993.5\" is no int64"),
            (Kind::Int32, "1.5", "\"1.5\" is no int32"),
            (Kind::Int32, "x", "\"x\" is no int32"),
            (Kind::Int32, "", "\"\" is no int32"),
            (Kind::Int32, ".", "\".\" is no int32"),
            (Kind::Int32, "1e", "\"1e\" is no int32"),
            (Kind::Int32, "01", "\"01\" is no int32"),
            (Kind::Double, "1e400", "\"1e400\" is out of range of double"),
            (Kind::Double, "tall", "\"tall\" is no double"),
            (Kind::Bool, "1", "\"1\" is no bool"),
        ] {
            assert_eq!(misfit(kind, text), what);
        }
    }
}
