//! What a client is told whose request is not taken.

use tonic::{Code, Status};

use crate::error::{Error, names};
use crate::wire::reader::bytes_of;

/// Characters of an error that go into a status: headers have little room, and
/// each that is not ASCII takes nine bytes there.
const STATUS_MAX: usize = 800;

/// How tonic says that a message unpacks to more than it may have.
const UNPACKS: &str = "Error decompressing: size limit";

/// Its request does not decode, which is a mistake of its own.
#[cold]
pub fn invalid(error: &Error) -> Status {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text).to_owned();
    Status::invalid_argument(names::cut(text, STATUS_MAX))
}

/// Its message has more than `max` bytes, if that is what `status` of tonic says.
/// Such a message exhausts a resource, as the official implementations have it;
/// tonic takes it for a number that is out of range.
pub fn too_large(status: &Status, max: usize) -> Option<Status> {
    let is_large = match status.code() {
        Code::OutOfRange => true,
        Code::ResourceExhausted => status.message().starts_with(UNPACKS),
        _ => false,
    };
    is_large.then(|| {
        let max = bytes_of(max as u64);
        Status::resource_exhausted(format!(
            "the message is too large: this server takes {max}, \
             and more if it is started with a larger --max-message-size"
        ))
    })
}
