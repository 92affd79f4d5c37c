//! What was seen of a message, to tell what comes again or out of order.

use std::collections::{HashMap, HashSet};

use super::row::Remark;
use crate::table::{Field, Message};
use crate::wire::WireType;
use crate::wire::reader::Subject;

/// The fields of one message that were seen.
#[derive(Default)]
pub struct Seen {
    /// The highest field number.
    last: u32,
    /// The fields that hold one value.
    once: HashSet<u32>,
    /// The member of each oneof.
    oneofs: HashMap<u16, u32>,
}

impl Seen {
    /// Notes a field, and says what is odd about where it stands.
    pub fn add(&mut self, field: &Field, remarks: &mut Vec<Remark>) {
        let subject = field.subject();
        let mut note = |text: String| remarks.push(Remark { fault: false, text });
        if field.number < self.last {
            note(format!("{subject} stands behind field {}", self.last));
        }
        self.last = self.last.max(field.number);
        if let Some(oneof) = field.oneof {
            let other = self.oneofs.insert(oneof, field.number);
            if other.is_some_and(|other| other != field.number) {
                self.once.remove(&other.unwrap_or_default());
                note(format!("{subject} takes the place of another member of its oneof"));
            }
        }
        if field.is_singular() && !self.once.insert(field.number) {
            let what = match field.kind.is_message() {
                true => "they are merged",
                false => "the last one counts",
            };
            note(format!("{subject} occurs more than once, {what}"));
        }
    }
}

/// What there is to say of a field that the type doesn't have.
pub fn unknown(number: u32, message: &Message) -> Remark {
    let text = format!("{} is not in {}", Subject::unknown(number), message.name());
    Remark { fault: false, text }
}

/// What there is to say of a field with a wire type that its kind doesn't have.
pub fn wrong_wire_type(field: &Field, found: WireType) -> Remark {
    let (subject, expected) = (field.subject(), field.kind.wire_type());
    let text = format!("{subject} has wire type {found}, not {expected}, and is not read");
    Remark { fault: false, text }
}
