//! JSON with a line for each value, for people.

/// Appends `compact`, which is JSON without white space, with line breaks and
/// two spaces for each level.
pub fn pretty(compact: &[u8], out: &mut Vec<u8>) {
    let mut depth = 0;
    let mut quoted = false;
    let mut bytes = compact.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => {
                out.push(byte);
                out.extend(bytes.next());
                continue;
            }
            _ if quoted => {}
            b'{' | b'[' => {
                out.push(byte);
                match bytes.peek() {
                    Some(b'}' | b']') => out.extend(bytes.next()),
                    _ => {
                        depth += 1;
                        line(depth, out);
                    }
                }
                continue;
            }
            b'}' | b']' => {
                depth -= 1;
                line(depth, out);
            }
            b',' => {
                out.push(byte);
                line(depth, out);
                continue;
            }
            b':' => {
                out.extend_from_slice(b": ");
                continue;
            }
            _ => {}
        }
        out.push(byte);
    }
}

fn line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.extend(std::iter::repeat_n(b' ', 2 * depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_no_brackets() {
        let mut out = Vec::new();
        pretty(br#"{"a":[1,"}\",\\"],"b":{},"c":[]}"#, &mut out);
        let expected =
            "{\n  \"a\": [\n    1,\n    \"}\\\",\\\\\"\n  ],\n  \"b\": {},\n  \"c\": []\n}";
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }
}
