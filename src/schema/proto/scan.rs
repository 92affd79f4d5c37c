//! The package and the imports of a `.proto` file, without reading the rest
//! of it: what tells where the file stands in its tree.

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

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' | '\'' => {
                // A string stays, and what is in it begins no comment.
                let end = rest[1..].find(c).map_or(rest.len(), |end| end + 2);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            _ => 0,
        };
        if skipped > 0 {
            out.push(' ');
            rest = &rest[skipped..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_package_and_the_imports() {
        let text = "// import \"no.proto\";\nsyntax = \"proto3\";\n/* ; */ package a . b;\n\
                    import public 'x//y.proto';import\"z.proto\";\nmessage M { string import = 1; }";
        let imports = vec![String::from("x//y.proto"), String::from("z.proto")];
        assert_eq!(head(text), Head { package: String::from("a.b"), imports });
    }
}
