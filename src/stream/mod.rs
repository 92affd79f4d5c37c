//! Many messages one after another.
//!
//! - [`framing`]: how binary messages are set apart, both ways.
//! - [`lines`] and [`values`]: where a record of text ends.
//! - [`split`]: one name for the three.
//! - [`convert`]: what records are turned by, and who is told how they went.
//! - `source`: what has arrived, cut into records.
//! - `turn`: the loop that has records converted.
//! - [`pump()`]: reads, has each record converted, and writes.
//! - `threads`, `reader`, `cut`, `hop`, `queue`, `pool`, `order`: the same by several threads
//!   at a time.
//!
//! Nothing here opens a file or knows a format: the pump is handed a reader,
//! a writer and what turns one record into another.

mod arrived;
pub mod convert;
mod cut;
pub mod framing;
mod hop;
pub mod lines;
mod order;
mod pool;
pub mod pump;
mod queue;
mod reader;
mod source;
pub mod split;
mod threads;
mod turn;
pub mod values;

pub use convert::{Convert, Watch};
pub use framing::Framing;
pub use pump::{Outcome, pump};
pub use reader::{Incoming, ReadAt, There};
pub use source::{Record, Wanted};
pub use split::Split;
