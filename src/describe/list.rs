//! What a schema holds, by files: a line for each thing, with its full name.

use std::fmt::Write;

use super::raw::{File, Method, Service};
use super::unit::Described;
use crate::error::Result;
use crate::escape::visible;
use crate::schema::files::is_well_known;

/// The files with what they declare; of one package, or all. The well-known
/// types are in every schema: they are listed when there is nothing else.
///
/// # Errors
///
/// Descriptors that are broken.
pub fn list(described: &Described<'_>, package: Option<&str>) -> Result<String> {
    let schema = described.schema;
    let pool = schema.pool();
    let mut order: Vec<usize> = (0..pool.files.len()).collect();
    // Those that were asked for come first.
    order.sort_by_key(|&file| !schema.is_asked(file));
    let mut shown = Vec::new();
    for file in order {
        let of = File::read(described.files[file])?.package;
        let wanted = match package {
            Some(wanted) => of
                .strip_prefix(wanted)
                .is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.')),
            None => pool.files[file].origin.is_some() && !is_well_known(of),
        };
        if wanted {
            shown.push(file);
        }
    }
    if shown.is_empty() {
        shown = (0..pool.files.len()).filter(|&file| schema.is_asked(file)).collect();
    }
    let mut out = String::new();
    for file in shown {
        if !out.is_empty() {
            out.push('\n');
        }
        one(described, file, &mut out)?;
    }
    Ok(out)
}

fn one(described: &Described<'_>, file: usize, out: &mut String) -> Result<()> {
    let pool = described.schema.pool();
    let read = File::read(described.files[file])?;
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", visible(read.name));
    let first = pool.messages.partition_point(|entry| entry.file < file);
    for entry in pool.messages[first..].iter().take_while(|entry| entry.file == file) {
        if !entry.descriptor.map_entry {
            let _ = writeln!(out, "  message {}", entry.name);
        }
    }
    let first = pool.enums.partition_point(|entry| entry.file < file);
    for entry in pool.enums[first..].iter().take_while(|entry| entry.file == file) {
        let _ = writeln!(out, "  enum {}", entry.name);
    }
    let first = pool.extensions.partition_point(|entry| entry.file < file);
    for entry in pool.extensions[first..].iter().take_while(|entry| entry.file == file) {
        let of = entry.descriptor.extendee.trim_start_matches('.');
        let _ = writeln!(out, "  extension {} of {}", entry.name, visible(of));
    }
    for bytes in &read.services {
        let service = Service::read(bytes)?;
        let dot = if read.package.is_empty() { "" } else { "." };
        let full = format!("{}{dot}{}", read.package, service.name);
        let _ = writeln!(out, "  service {}", visible(&full));
        for bytes in &service.methods {
            let method = Method::read(bytes)?;
            let of = |many: bool, name: &str| {
                let name = name.strip_prefix('.').unwrap_or(name);
                if many { format!("stream {name}") } else { name.to_owned() }
            };
            let input = of(method.client_streaming, method.input);
            let output = of(method.server_streaming, method.output);
            let line = format!("    rpc {}({input}) returns ({output})", method.name);
            let _ = writeln!(out, "{}", visible(&line));
        }
    }
    Ok(())
}
