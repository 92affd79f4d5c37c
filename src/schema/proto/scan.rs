//! What is told of a `.proto` file before it is compiled: its package and its
//! imports, which tell where it stands in its tree, and how deep its brackets
//! nest, which has to be known before a parser follows them down.

/// What stands at the head of a file.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Head {
    pub package: String,
    pub imports: Vec<String>,
}

/// Scans `text` statement by statement. A file that is no `.proto` gives
/// whatever looks like it; the compiler says what is wrong with it.
pub fn head(text: &str) -> Head {
    let mut head = Head::default();
    for statement in without_comments(text).split(';') {
        // A block before the statement ends with a brace.
        let statement = statement.rsplit(['{', '}']).next().unwrap_or_default().trim();
        if let Some(package) = statement.strip_prefix("package ") {
            head.package = package.split_whitespace().collect();
        } else if let Some(rest) = statement.strip_prefix("import") {
            let mut parts = rest.split(['"', '\'']);
            if let (Some(_), Some(name)) = (parts.next(), parts.next()) {
                head.imports.push(name.to_owned());
            }
        }
    }
    head
}

/// Whether `text` begins as a `.proto` file does, or is nothing but comments.
pub fn is_source(text: &str) -> bool {
    const FIRST: [&str; 9] = [
        "syntax", "edition", "package", "import", "option", "message", "enum", "service", "extend",
    ];
    let text = without_comments(text.strip_prefix('\u{feff}').unwrap_or(text));
    let text = text.trim_start();
    let word = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(word);
    let ends = rest.starts_with(|c: char| c.is_whitespace() || "=\"'".contains(c));
    text.is_empty() || (FIRST.contains(&word) && ends)
}

/// Where the first bracket stands that is inside of more than `max` others.
///
/// A bracket that closes none, or another kind, is not counted: past it the
/// file is none, and what it hides must not be followed down either.
pub fn too_deep(text: &str, max: usize) -> Option<usize> {
    let mut open: Vec<u8> = Vec::new();
    let mut at = 0;
    while let Some(part) = Part::first(&text[at..]) {
        if let Part::Other(c) = part {
            let closed = match c {
                '{' | '[' | '(' | '<' => {
                    if open.len() == max {
                        return Some(at);
                    }
                    open.push(c as u8);
                    None
                }
                '}' => Some(b'{'),
                ']' => Some(b'['),
                ')' => Some(b'('),
                '>' => Some(b'<'),
                _ => None,
            };
            if closed.is_some() && open.last().copied() == closed {
                open.pop();
            }
        }
        at += part.len();
    }
    None
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(part) = Part::first(rest) {
        match part {
            Part::Comment(_) => out.push(' '),
            Part::String(end) => out.push_str(&rest[..end]),
            Part::Other(c) => out.push(c),
        }
        rest = &rest[part.len()..];
    }
    out
}

/// What a file is made of, with its length in bytes.
#[derive(Clone, Copy)]
enum Part {
    /// To the end of the line, or of the block.
    Comment(usize),
    /// With its quotes.
    String(usize),
    Other(char),
}

impl Part {
    /// The part that `text` begins with. What is in a string begins no
    /// comment. A `#` begins one too: it does where options are written as
    /// text, and elsewhere it stands for nothing.
    fn first(text: &str) -> Option<Part> {
        let c = text.chars().next()?;
        Some(match c {
            '#' => Part::Comment(text.find('\n').unwrap_or(text.len())),
            '/' if text.starts_with("//") => Part::Comment(text.find('\n').unwrap_or(text.len())),
            '/' if text.starts_with("/*") => {
                Part::Comment(text[2..].find("*/").map_or(text.len(), |end| end + 4))
            }
            '"' | '\'' => Part::String(string(text, c)),
            _ => Part::Other(c),
        })
    }

    fn len(self) -> usize {
        match self {
            Part::Comment(length) | Part::String(length) => length,
            Part::Other(c) => c.len_utf8(),
        }
    }
}

/// The length of the string that `text` begins with: to the quote that is not
/// escaped, or to the end of its line where that is missing.
fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_outside_of_comments_and_strings() {
        let deep = |text, max| too_deep(text, max);
        assert_eq!(deep("{[(<>)]} {}", 4), None);
        assert_eq!(deep("{[(<>)]}", 3), Some(3));
        assert_eq!(deep("{ // {{{\n \"{{\\\"{{\" '{{' /* {{ */ /*/ {{ */ # {{\n }", 1), None);
        // What closes nothing makes no room.
        assert_eq!(deep("{)}]{)", 1), None);
        assert_eq!(deep("{>{", 1), Some(2));
        assert_eq!(deep("\"{{\n{{", 1), Some(5));
    }

    #[test]
    fn a_file_begins_with_a_declaration() {
        for text in
            ["syntax=\"proto3\";", "// a\n\u{a0}message M {}", "/* a */", "\u{feff}import\"a\";"]
        {
            assert!(is_source(text), "{text}");
        }
        for text in ["messages", "\n\u{8}a.proto", "hello", "{\"file\":[]}"] {
            assert!(!is_source(text), "{text}");
        }
    }

    #[test]
    fn finds_the_package_and_the_imports() {
        let text = "// import \"no.proto\";\nsyntax = \"proto3\";\n/* ; */ package a . b;\n\
                    import public 'x//y.proto';import\"z.proto\";\nmessage M { string import = 1; }";
        let imports = vec![String::from("x//y.proto"), String::from("z.proto")];
        assert_eq!(head(text), Head { package: String::from("a.b"), imports });
    }
}
