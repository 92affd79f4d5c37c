//! Two messages compared by what they mean: the paths of the fields that
//! differ, with both values.
//!
//! Both are rewritten first: fields in order, merged, map entries by key, lists
//! packed as the table says, unknown fields last. Then they are walked in step.
//! So it takes time in proportion to them, and keeps no more than they are.
//!
//! Floats are the same if their bits are: a NaN is itself, and 0 is not -0. A
//! field without presence that is absent has its default. Unknown fields are
//! compared by number, in their order.

mod pieces;

use super::binary::{self, MapKey, Scalar};
use super::notes::Notes;
use super::text::{self, Layout, PrintOptions};
use super::{rewrite, select};
use crate::error::Result;
use crate::escape::text_string;
use crate::table::{Cardinality, Field, Message, Root, Tables, WellKnown};
use crate::wire::limits::DEPTH_MAX;
use pieces::{Fields, Items, Raw, Run};

/// What is told of a difference: the path, and the value on each side as text,
/// if it is there.
pub type Tell<'f> = dyn FnMut(&str, Option<&[u8]>, Option<&[u8]>) -> Result<()> + 'f;

/// Tells where two messages of a type differ. Both are canonical: what
/// [`rewrite::rewrite`] gives, with unknown fields.
///
/// # Errors
///
/// What `tell` returns.
pub fn diff(root: Root<'_>, a: &[u8], b: &[u8], tell: &mut Tell<'_>) -> Result<()> {
    let mut diff = Diff { tables: root.tables, path: String::new(), anys: 0, tell };
    diff.message(root.message(), a, b)
}

/// A value on one side.
#[derive(Clone, Copy)]
enum Item<'a> {
    Scalar(Scalar<'a>),
    Message(&'a [u8]),
}

struct Diff<'t, 'f> {
    tables: &'t Tables,
    path: String,
    /// The Anys that are open: their levels are counted apart by whoever reads
    /// a message.
    anys: u32,
    tell: &'f mut Tell<'f>,
}

impl<'t> Diff<'t, '_> {
    /// Compares two messages at the path.
    fn message(&mut self, message: &'t Message, a: &[u8], b: &[u8]) -> Result<()> {
        if a == b {
            return Ok(());
        }
        if message.well_known == Some(WellKnown::Any) && self.any(message, a, b)? {
            return Ok(());
        }
        let mut left = Fields::new(self.tables, message, a);
        let mut right = Fields::new(self.tables, message, b);
        let (mut one, mut other) = (left.next()?, right.next()?);
        loop {
            let number = match (&one, &other) {
                (Some(one), Some(other)) => one.field.number.min(other.field.number),
                (Some(only), None) | (None, Some(only)) => only.field.number,
                (None, None) => break,
            };
            let is_next = |run: &Option<Run<'t, '_>>| {
                run.as_ref().is_some_and(|run| run.field.number == number)
            };
            let a = if is_next(&one) { std::mem::replace(&mut one, left.next()?) } else { None };
            let b =
                if is_next(&other) { std::mem::replace(&mut other, right.next()?) } else { None };
            let Some(field) = a.as_ref().or(b.as_ref()).map(|run| run.field) else { break };
            let length = self.path.len();
            if !self.path.is_empty() && !field.name.starts_with('[') {
                self.path.push('.');
            }
            self.path.push_str(&field.name);
            self.field(field, a.map(|run| run.bytes), b.map(|run| run.bytes))?;
            self.path.truncate(length);
        }
        self.unknown(&left, &right)
    }

    fn field(&mut self, field: &'t Field, a: Option<&[u8]>, b: Option<&[u8]>) -> Result<()> {
        let mut left = Items::new(field, a.unwrap_or_default());
        let mut right = Items::new(field, b.unwrap_or_default());
        if field.cardinality == Cardinality::Map {
            return self.entries(field, left, right);
        }
        if field.is_singular() {
            let implied = field.is_implicit().then(|| Item::Scalar(binary::default(field.kind)));
            let (one, other) = (left.next()?.or(implied), right.next()?.or(implied));
            return self.items(field, one, other);
        }
        let mut index = 0usize;
        loop {
            let (one, other) = (left.next()?, right.next()?);
            if one.is_none() && other.is_none() {
                return Ok(());
            }
            let length = self.path.len();
            self.path.push_str(&format!("[{index}]"));
            self.items(field, one, other)?;
            self.path.truncate(length);
            index += 1;
        }
    }

    /// Compares the entries of a map, which stand in the order of their keys.
    fn entries(
        &mut self,
        field: &'t Field,
        left: Items<'_, '_>,
        right: Items<'_, '_>,
    ) -> Result<()> {
        let (mut left, mut right) = (left, right);
        let entry = self.tables.message(field.message);
        let (key, value) = binary::key_and_value(entry);
        let (mut one, mut other) = (left.entry(key, value)?, right.entry(key, value)?);
        loop {
            let order = match (&one, &other) {
                (Some((a, _)), Some((b, _))) => MapKey::of(*a).cmp(&MapKey::of(*b)),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => return Ok(()),
            };
            let a = if order.is_le() {
                std::mem::replace(&mut one, left.entry(key, value)?)
            } else {
                None
            };
            let b = if order.is_ge() {
                std::mem::replace(&mut other, right.entry(key, value)?)
            } else {
                None
            };
            let Some(shown) = a.or(b).map(|(key, _)| key) else { return Ok(()) };
            let length = self.path.len();
            self.path.push('[');
            self.path.push_str(&key_text(shown));
            self.path.push(']');
            self.items(value, a.map(|(_, item)| item), b.map(|(_, item)| item))?;
            self.path.truncate(length);
        }
    }

    /// Compares two values at the path.
    fn items(&mut self, field: &'t Field, a: Option<Item<'_>>, b: Option<Item<'_>>) -> Result<()> {
        match (a, b) {
            (None, None) => Ok(()),
            (Some(Item::Message(a)), Some(Item::Message(b))) => {
                self.message(self.tables.message(field.message), a, b)
            }
            (Some(Item::Scalar(a)), Some(Item::Scalar(b))) if same(a, b) => Ok(()),
            // Of two NaNs the text is the same.
            (Some(Item::Scalar(a)), Some(Item::Scalar(b))) if is_nan(a) && is_nan(b) => {
                (self.tell)(&self.path, Some(nan(a).as_bytes()), Some(nan(b).as_bytes()))
            }
            (a, b) => {
                let a = a.map(|item| self.shown(field, item)).transpose()?;
                let b = b.map(|item| self.shown(field, item)).transpose()?;
                (self.tell)(&self.path, a.as_deref(), b.as_deref())
            }
        }
    }

    /// A value as text on one line.
    fn shown(&self, field: &Field, item: Item<'_>) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        match item {
            Item::Scalar(value) => text::print_scalar(self.tables, field, value, &mut out),
            Item::Message(bytes) => {
                let root = Root { tables: self.tables, id: field.message };
                let options = PrintOptions { layout: Layout::OneLine, unknown: true };
                text::print(root, bytes, 0, options, &mut out, &mut Notes::new(false))?;
                out = match &out[..] {
                    [] => b"{}".to_vec(),
                    inside => [b"{ ", inside, b" }"].concat(),
                };
            }
        }
        Ok(out)
    }

    /// Compares the messages in two Anys, if both are of one type that is known,
    /// and can be read.
    fn any(&mut self, message: &'t Message, a: &[u8], b: &[u8]) -> Result<bool> {
        let read = |bytes| -> Result<(&[u8], &[u8])> {
            let mut fields = Fields::new(self.tables, message, bytes);
            let mut parts: (&[u8], &[u8]) = Default::default();
            while let Some(run) = fields.next()? {
                match (run.field.number, Items::new(run.field, run.bytes).next()?) {
                    (1, Some(Item::Scalar(Scalar::String(url)))) => parts.0 = url,
                    (2, Some(Item::Scalar(Scalar::Bytes(value)))) => parts.1 = value,
                    _ => {}
                }
            }
            Ok(parts)
        };
        let ((url, a), (other, b)) = (read(a)?, read(b)?);
        let url = std::str::from_utf8(url).unwrap_or_default();
        let name = url.rsplit_once('/').map_or("", |(_, name)| name);
        let Some(id) = self.tables.find(name).filter(|_| self.anys < DEPTH_MAX) else {
            return Ok(false);
        };
        let root = Root { tables: self.tables, id };
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let both = rewrite::rewrite(root, a, true, &mut left)
            .and_then(|()| rewrite::rewrite(root, b, true, &mut right));
        if url.as_bytes() != other || both.is_err() {
            return Ok(false);
        }
        let length = self.path.len();
        self.path.push_str(&format!("[{}]", crate::escape::visible(url)));
        self.anys += 1;
        self.message(self.tables.message(id), &left, &right)?;
        self.anys -= 1;
        self.path.truncate(length);
        Ok(true)
    }

    /// Compares what the schema does not know.
    fn unknown(&mut self, left: &Fields<'_, '_>, right: &Fields<'_, '_>) -> Result<()> {
        let (a, b) = (left.unknown()?, right.unknown()?);
        let (mut one, mut other) = (&a[..], &b[..]);
        while let Some(number) = one.iter().chain(other).map(|(number, _)| *number).min() {
            let count = |list: &[(u32, u32)]| list.partition_point(|(known, _)| *known == number);
            let (of_a, of_b) = (count(one), count(other));
            for index in 0..of_a.max(of_b) {
                let at = |list: &[(u32, u32)]| list.get(index).map(|(_, at)| *at as usize);
                let x = at(&one[..of_a]).map(|at| Raw::read(left.reader, at)).transpose()?;
                let y = at(&other[..of_b]).map(|at| Raw::read(right.reader, at)).transpose()?;
                if x.as_ref().zip(y.as_ref()).is_some_and(|(x, y)| x.is_same(y)) {
                    continue;
                }
                let length = self.path.len();
                let dot = if self.path.is_empty() { "" } else { "." };
                self.path.push_str(&format!("{dot}{number}"));
                if of_a.max(of_b) > 1 {
                    self.path.push_str(&format!("[{index}]"));
                }
                let x = x.map(|raw| raw.shown()).transpose()?;
                let y = y.map(|raw| raw.shown()).transpose()?;
                (self.tell)(&self.path, x.as_deref(), y.as_deref())?;
                self.path.truncate(length);
            }
            (one, other) = (&one[of_a..], &other[of_b..]);
        }
        Ok(())
    }
}

fn is_nan(value: Scalar<'_>) -> bool {
    match value {
        Scalar::F64(value) => value.is_nan(),
        Scalar::F32(value) => value.is_nan(),
        _ => false,
    }
}

/// A NaN with its bits.
fn nan(value: Scalar<'_>) -> String {
    match value {
        Scalar::F64(value) => format!("nan ({:016x})", value.to_bits()),
        Scalar::F32(value) => format!("nan ({:08x})", value.to_bits()),
        other => select::shown(other),
    }
}

/// Whether two values of one field are the same.
fn same(a: Scalar<'_>, b: Scalar<'_>) -> bool {
    match (a, b) {
        (Scalar::F64(a), Scalar::F64(b)) => a.to_bits() == b.to_bits(),
        (Scalar::F32(a), Scalar::F32(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

/// A key as a field path has it.
fn key_text(key: Scalar<'_>) -> String {
    match key {
        Scalar::String(bytes) | Scalar::Bytes(bytes) => {
            let mut out = Vec::new();
            match std::str::from_utf8(bytes) {
                Ok(text) => crate::escape::json_string(text, &mut out),
                Err(_) => text_string(bytes, &mut out),
            }
            String::from_utf8_lossy(&out).into_owned()
        }
        key => select::shown(key),
    }
}
