//! Reads the bytes back off a view, as a person would: shared by the suite and
//! the fuzz target.

use hello::inspect::{Columns, JsonLines, Layout, Outcome, Overrules, Paint, view};
use hello::table::Root;

/// The view in columns, and how it went.
pub fn columns(root: Option<Root<'_>>, bytes: &[u8], width: usize) -> (String, Outcome) {
    let none = Overrules::default();
    let layout = Layout::new(width).measured(bytes.len(), bytes.len() as u64, |sink| {
        view(root, &none, bytes, 0, sink).map(drop)
    });
    let layout = layout.expect("measuring cannot fail");
    let mut columns = Columns::new(Vec::new(), layout, Paint::Plain);
    columns.head().expect("a Vec takes all");
    let outcome = view(root, &none, bytes, 0, &mut columns).expect("a Vec takes all");
    let text = String::from_utf8(columns.into_out()).expect("a view is UTF-8");
    (text, outcome)
}

/// The view in lines of JSON.
pub fn json(root: Option<Root<'_>>, bytes: &[u8]) -> String {
    let mut lines = JsonLines::new(Vec::new());
    view(root, &Overrules::default(), bytes, 0, &mut lines).expect("a Vec takes all");
    String::from_utf8(lines.into_out()).expect("JSON is UTF-8")
}

/// The bytes in the columns of a view, whose offsets have to be theirs.
pub fn off_columns(text: &str) -> Vec<u8> {
    let mut lines = text.lines();
    let head = lines.next().expect("a view has a head");
    let at = |name| head.find(name).expect("it names its columns");
    let (from, to) = (at("bytes"), at("field"));
    let mut bytes = Vec::new();
    for line in lines {
        let column =
            |from: usize, to: usize| line.get(from..to.min(line.len())).unwrap_or_default();
        let (offset, digits) = (column(0, from).trim(), column(from, to).trim());
        if digits.is_empty() || digits.starts_with('^') {
            continue;
        }
        assert_eq!(offset, bytes.len().to_string(), "the offset in {line:?}");
        for pair in digits.split(' ') {
            bytes.push(u8::from_str_radix(pair, 16).expect("two hex digits"));
        }
    }
    bytes
}

/// The bytes in lines of JSON.
pub fn off_json(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in text.lines() {
        let rest = line.split("\"bytes\":\"").nth(1).expect("each line has bytes");
        let digits = rest.split('"').next().expect("they end");
        let offset = format!("{{\"offset\":{},", bytes.len());
        assert!(line.starts_with(&offset), "the offset in {line}");
        for pair in digits.as_bytes().chunks(2) {
            let pair = std::str::from_utf8(pair).expect("digits");
            bytes.push(u8::from_str_radix(pair, 16).expect("two hex digits"));
        }
    }
    bytes
}

/// What holds for any bytes: each is in the view once, in every form of it.
pub fn is_lossless(root: Option<Root<'_>>, bytes: &[u8]) {
    for width in [40, 80, 130] {
        let (text, outcome) = columns(root, bytes, width);
        assert!(outcome.whole);
        assert_eq!(off_columns(&text), bytes, "{text}");
    }
    let text = json(root, bytes);
    assert_eq!(off_json(&text), bytes, "{text}");
}
