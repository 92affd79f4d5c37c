//! From a decimal number to the float nearest to it.
//!
//! The algorithm is that of Eisel and Lemire ("Number Parsing at a Gigabyte per
//! Second", 2021): the digits, as a whole number, are multiplied by a power of five
//! of 128 bits, and the bits of the product are those of the float unless it is too
//! close to call. Then, and for what has no full precision, nobody is asked but the
//! standard library, which is slower: it counts the digits once more.

/// What there is to know of a type of floats.
pub(super) struct Format {
    /// The bits of the mantissa that are stored.
    mantissa: u32,
    /// The exponent that is stored for 1.0.
    bias: i32,
    /// The powers of ten by which a product can be exactly between two floats: five
    /// to this power has to fit into what the digits, or the mantissa, leave of 64
    /// bits.
    halves: (i32, i32),
}

/// IEEE 754's binary64.
pub(super) const DOUBLE: Format = Format { mantissa: 52, bias: 1023, halves: (-4, 23) };

/// IEEE 754's binary32.
pub(super) const FLOAT: Format = Format { mantissa: 23, bias: 127, halves: (-17, 10) };

/// Powers of ten beyond these make nothing but zero and infinity of 64 bits.
const LEAST: i32 = -342;
const MOST: i32 = 308;
/// Five to these powers, or one by it, is in the table as close as can be: a product
/// that looks exact is.
const EXACT: (i32, i32) = (-27, 55);

impl Format {
    /// The bits of the float nearest to `digits` times ten to the power of
    /// `exponent`, without a sign. None where that is not settled here: neither a
    /// normal number nor zero, or one between two floats as far as 128 bits tell.
    #[inline(always)]
    pub fn nearest(&self, digits: u64, exponent: i32) -> Option<u64> {
        if digits == 0 {
            return Some(0);
        }
        let (high5, low5) = *POWERS.get(exponent.wrapping_sub(LEAST) as usize)?;
        let zeros = digits.leading_zeros();
        let digits = digits << zeros;
        // The bits below those that are kept, and two more to round by.
        let below = 64 - self.mantissa - 3;
        let (mut high, mut low) = product(digits, high5);
        if high << (64 - below) == u64::MAX << (64 - below) {
            // What the low half of the power adds may carry.
            let (more, _) = product(digits, low5);
            let (sum, carry) = low.overflowing_add(more);
            (high, low) = (high + u64::from(carry), sum);
        }
        if low == u64::MAX && !(EXACT.0..=EXACT.1).contains(&exponent) {
            return None;
        }
        let upper = (high >> 63) as u32;
        let shift = upper + below;
        let mut mantissa = high >> shift;
        let power = log2_of_power10(exponent) + self.bias + upper as i32 - zeros as i32;
        // Less than a normal number, down to zero.
        if power <= 0 {
            return None;
        }
        // Exactly between two floats the even one is meant: then it must not be
        // rounded up, as half is otherwise.
        if low <= 1
            && (self.halves.0..=self.halves.1).contains(&exponent)
            && mantissa & 3 == 1
            && mantissa << shift == high
        {
            mantissa &= !1;
        }
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        // Rounded up it may have a bit more, all others of which are zero: then the
        // exponent has one more, by the same sum.
        let bits = mantissa + ((power as u64 - 1) << self.mantissa);
        (bits < self.infinity()).then_some(bits)
    }

    fn infinity(&self) -> u64 {
        (2 * self.bias as u64 + 1) << self.mantissa
    }
}

/// The 128 bits of a product.
#[inline(always)]
fn product(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

/// The exponent of two that a product with ten to this power has, when both
/// factors fill their 64 bits: 63 more than the whole part of
/// `exponent` times the logarithm of ten, which 217,706 / 65,536 is to
/// all exponents of the table.
#[inline(always)]
fn log2_of_power10(exponent: i32) -> i32 {
    ((217_706 * exponent) >> 16) + 63
}

/// The first 128 bits of five to each power from [`LEAST`] to [`MOST`], the higher
/// half first. One by a small power is rounded up, so that a product with what it
/// divides is not below what it should be; all others are cut off.
static POWERS: [(u64, u64); (MOST - LEAST + 1) as usize] = powers();

/// Words of a number that holds five to the power of 308, and two to the power of
/// 1023, of which one by five to the power of 342 leaves more than 128 bits.
const WORDS: usize = 16;

const fn powers() -> [(u64, u64); (MOST - LEAST + 1) as usize] {
    let mut powers = [(0, 0); (MOST - LEAST + 1) as usize];
    let zero = (-LEAST) as usize;
    let mut number = [0; WORDS];
    number[0] = 1;
    let mut at = zero;
    while at < powers.len() {
        powers[at] = first_bits(&number);
        number = times_five(number);
        at += 1;
    }
    let mut number = [0; WORDS];
    number[WORDS - 1] = 1 << 63;
    let mut power = 1;
    while power <= zero {
        number = by_five(number);
        let (high, low) = first_bits(&number);
        powers[zero - power] = match power as i32 <= -EXACT.0 {
            // None of them ends in 64 ones.
            true => (high, low + 1),
            false => (high, low),
        };
        power += 1;
    }
    powers
}

const fn times_five(mut number: [u64; WORDS]) -> [u64; WORDS] {
    let (mut at, mut carry) = (0, 0);
    while at < WORDS {
        let product = number[at] as u128 * 5 + carry;
        number[at] = product as u64;
        carry = product >> 64;
        at += 1;
    }
    number
}

const fn by_five(mut number: [u64; WORDS]) -> [u64; WORDS] {
    let (mut at, mut rest) = (WORDS, 0);
    while at > 0 {
        at -= 1;
        let dividend = rest << 64 | number[at] as u128;
        number[at] = (dividend / 5) as u64;
        rest = dividend % 5;
    }
    number
}

/// The first 128 bits from the highest that is set.
const fn first_bits(number: &[u64; WORDS]) -> (u64, u64) {
    let mut top = WORDS - 1;
    while number[top] == 0 {
        top -= 1;
    }
    let next = if top > 0 { number[top - 1] } else { 0 };
    let last = if top > 1 { number[top - 2] } else { 0 };
    match number[top].leading_zeros() {
        0 => (number[top], next),
        zeros => {
            (number[top] << zeros | next >> (64 - zeros), next << zeros | last >> (64 - zeros))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks against the standard library; says whether it was settled here.
    fn check(digits: u64, exponent: i32) -> bool {
        let text = format!("{digits}e{exponent}");
        let double = DOUBLE.nearest(digits, exponent);
        if let Some(bits) = double {
            assert_eq!(bits, text.parse::<f64>().expect("a number").to_bits(), "{text}");
        }
        let float = FLOAT.nearest(digits, exponent);
        if let Some(bits) = float {
            let expected = text.parse::<f32>().expect("a number").to_bits();
            assert_eq!(bits, u64::from(expected), "{text}");
        }
        double.is_some()
    }

    #[test]
    fn every_power_and_digit_is_read() {
        for exponent in LEAST - 20..=MOST + 20 {
            for digits in (0..200).chain([u64::MAX, u64::MAX - 1, 1 << 53, (1 << 53) + 1]) {
                let settled = check(digits, exponent);
                let normal = (-305..=288).contains(&exponent);
                assert!(settled || !normal, "{digits}e{exponent}");
            }
        }
    }

    /// Whole numbers around what is halfway between two floats, with the zeros
    /// that they end with, or with more.
    #[test]
    fn halves_are_rounded_to_the_even_one() {
        for mantissa_bits in [24, 53] {
            for low in 0..64u64 {
                for shift in 0..=(63 - mantissa_bits) {
                    let odd = ((1u64 << mantissa_bits) - 1 - 2 * low) << shift;
                    for digits in [odd, odd - 1, odd + 1, odd | 1 << (63 - shift)] {
                        let (mut digits, mut exponent) = (digits, 0);
                        assert!(check(digits, exponent), "{digits}");
                        while digits % 10 == 0 {
                            (digits, exponent) = (digits / 10, exponent + 1);
                            assert!(check(digits, exponent), "{digits}e{exponent}");
                        }
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn any_number_is_read_as_the_standard_library_does(
            digits: u64, cut in 0u32..64, exponent in LEAST - 5..=MOST + 5,
        ) {
            check(digits >> cut, exponent);
        }

        /// The shortest digits of a double, and those of a place between two.
        #[test]
        fn doubles_are_read_back(bits: u64, more in 0u64..100) {
            let double = f64::from_bits(bits & !(1 << 63));
            prop_assume!(double.is_normal());
            let text = format!("{double:e}");
            let (digits, exponent) = text.split_once('e').expect("an exponent");
            let places = digits.split_once('.').map_or(0, |(_, places)| places.len()) as i32;
            let digits: u64 = digits.replace('.', "").parse().expect("17 digits");
            let exponent = exponent.parse::<i32>().expect("a number") - places;
            prop_assert_eq!(DOUBLE.nearest(digits, exponent), Some(double.to_bits()));
            check(digits * 100 + more, exponent - 2);
        }
    }
}
