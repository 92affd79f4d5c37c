//! Timestamps (RFC 3339) and durations (seconds with an `s`).

/// `0001-01-01T00:00:00Z`.
const TIMESTAMP_MIN: i64 = -62_135_596_800;
/// `9999-12-31T23:59:59Z`.
const TIMESTAMP_MAX: i64 = 253_402_300_799;
/// About 10,000 years: the limit of `duration.proto`.
const DURATION_MAX: i64 = 315_576_000_000;
const NANOS_PER_SECOND: i32 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A `google.protobuf.Timestamp`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timestamp {
    /// Since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// 0 to 999,999,999, forward in time also before 1970.
    pub nanos: i32,
}

/// A `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duration {
    /// -315,576,000,000 to 315,576,000,000.
    pub seconds: i64,
    /// Of the same sign, less than a second.
    pub nanos: i32,
}

impl Timestamp {
    /// The text, with no more digits after the point than 0, 3, 6 or 9; none
    /// for one that is out of range.
    pub fn to_text(self) -> Option<String> {
        let Timestamp { seconds, nanos } = self;
        if !(TIMESTAMP_MIN..=TIMESTAMP_MAX).contains(&seconds)
            || !(0..NANOS_PER_SECOND).contains(&nanos)
        {
            return None;
        }
        let (year, month, day) = date(seconds.div_euclid(SECONDS_PER_DAY));
        let second = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let fraction = fraction(nanos);
        Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
    }

    /// Reads the text: with `Z` or an offset, and at most 9 digits after the
    /// point. None for anything else, and out of range.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (stamp, rest) = bytes.split_at_checked(19)?;
        let (year, month, day) =
            (digits(stamp, 0..4)?, digits(stamp, 5..7)?, digits(stamp, 8..10)?);
        let (hour, minute, second) =
            (digits(stamp, 11..13)?, digits(stamp, 14..16)?, digits(stamp, 17..19)?);
        let between = [stamp[4], stamp[7], stamp[10], stamp[13], stamp[16]] == *b"--T::";
        let real = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        if !between || !real || year < 1 || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (nanos, zone) = read_fraction(rest)?;
        let offset = match zone {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), clock @ ..] if clock.len() == 5 && clock[2] == b':' => {
                let (hours, minutes) = (digits(clock, 0..2)?, digits(clock, 3..5)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let offset = hours * 3600 + minutes * 60;
                if *sign == b'+' { offset } else { -offset }
            }
            _ => return None,
        };
        let seconds =
            days(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
        (TIMESTAMP_MIN..=TIMESTAMP_MAX).contains(&seconds).then_some(Timestamp { seconds, nanos })
    }
}

impl Duration {
    /// The text, with no more digits after the point than 0, 3, 6 or 9; none
    /// for one that is out of range.
    pub fn to_text(self) -> Option<String> {
        let Duration { seconds, nanos } = self;
        let one_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
        if seconds.unsigned_abs() > DURATION_MAX as u64
            || nanos.unsigned_abs() >= NANOS_PER_SECOND as u32
            || !one_sign
        {
            return None;
        }
        let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
        Some(format!("{sign}{}{}s", seconds.unsigned_abs(), fraction(nanos.abs())))
    }

    /// Reads the text: seconds with at most 9 digits after the point, and an
    /// `s`. None for anything else, and out of range.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.strip_suffix('s')?;
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let whole = text.bytes().take_while(u8::is_ascii_digit).count();
        let (nanos, rest) = read_fraction(&text.as_bytes()[whole..])?;
        if !rest.is_empty() || whole == 0 || whole > 18 {
            return None;
        }
        let seconds: i64 = text[..whole].parse().ok()?;
        if seconds > DURATION_MAX {
            return None;
        }
        Some(match negative {
            true => Duration { seconds: -seconds, nanos: -nanos },
            false => Duration { seconds, nanos },
        })
    }
}

/// `.` and 3, 6 or 9 digits, or nothing.
fn fraction(nanos: i32) -> String {
    match nanos {
        0 => String::new(),
        _ if nanos % 1_000_000 == 0 => format!(".{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => format!(".{:06}", nanos / 1_000),
        _ => format!(".{nanos:09}"),
    }
}

/// Reads `.` and 1 to 9 digits, or nothing: the nanoseconds and what follows.
fn read_fraction(bytes: &[u8]) -> Option<(i32, &[u8])> {
    let [b'.', rest @ ..] = bytes else { return Some((0, bytes)) };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let value = digits(rest, 0..count)?;
    let nanos = value * 10i64.pow(9 - count as u32);
    Some((i32::try_from(nanos).ok()?, &rest[count..]))
}

fn digits(bytes: &[u8], range: std::ops::Range<usize>) -> Option<i64> {
    bytes.get(range)?.iter().try_fold(0i64, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'))
    })
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970-01-01 to a date of the proleptic Gregorian calendar. The
/// year is counted from March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    // 153 days are five months from March on, whichever five.
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + day_of_year - 719_468
}

/// The date that so many days after 1970-01-01 is.
fn date(since_epoch: i64) -> (i64, i64, i64) {
    // An estimate that is never too late, then made right.
    let longest = if since_epoch < 0 { 365 } else { 366 };
    let mut year = 1970 + since_epoch.div_euclid(longest);
    while days(year + 1, 1, 1) <= since_epoch {
        let missing = since_epoch - days(year + 1, 1, 1);
        year += 1 + missing / 366;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= since_epoch {
        month += 1;
    }
    (year, month, since_epoch - days(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_the_calendar_reads_back() {
        let mut day = TIMESTAMP_MIN;
        while day <= TIMESTAMP_MAX {
            let stamp = Timestamp { seconds: day, nanos: 0 };
            let text = stamp.to_text().expect("in range");
            assert_eq!(Timestamp::from_text(&text), Some(stamp), "{text}");
            day += 37 * SECONDS_PER_DAY;
        }
        let known = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (TIMESTAMP_MIN, "0001-01-01T00:00:00Z"),
            (TIMESTAMP_MAX, "9999-12-31T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ];
        for (seconds, text) in known {
            assert_eq!(Timestamp { seconds, nanos: 0 }.to_text().as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "1970-01-01T00:00:00",
            "1970-01-01 00:00:00Z",
            "1970-13-01T00:00:00Z",
            "1970-02-29T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "0000-01-01T00:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.1234567890Z",
            "1970-01-01T00:00:00+24:00",
            "0001-01-01T00:00:00+00:01",
            "1970-01-01T00:00:00z",
            "",
        ] {
            assert_eq!(Timestamp::from_text(text), None, "{text}");
        }
        for text in ["1", "s", "-s", "1.s", ".5s", "1.0000000001s", "315576000001s", "1 s", "+1s"] {
            assert_eq!(Duration::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_and_offsets_count() {
        let stamp = Timestamp::from_text("1970-01-01T01:00:00.5+01:00");
        assert_eq!(stamp, Some(Timestamp { seconds: 0, nanos: 500_000_000 }));
        assert_eq!(
            Duration::from_text("-3.5s"),
            Some(Duration { seconds: -3, nanos: -500_000_000 })
        );
        assert_eq!(Duration { seconds: 0, nanos: -1000 }.to_text().as_deref(), Some("-0.000001s"));
        assert_eq!(Duration { seconds: 1, nanos: -1 }.to_text(), None);
    }
}
