//! Regular files that several threads read at the same time.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

use crate::stream::{ReadAt, There};
use crate::wire::limits::READ_LEN;

/// A regular file of which a stream begins somewhere.
pub struct Regular {
    file: File,
    start: u64,
}

impl Regular {
    /// A stream that begins where the file is read next; none if it is no regular file.
    /// One of no bytes may be something that the system makes up as it is read.
    pub fn there(mut file: File) -> Option<There> {
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || metadata.len() == 0 {
            return None;
        }
        let start = file.stream_position().ok()?;
        Some(There { input: Box::new(Regular { file, start }), at_a_time: READ_LEN })
    }
}

impl ReadAt for Regular {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, self.start.saturating_add(offset))
    }

    fn leave_at(&self, offset: u64) {
        // A file whose place cannot be told, and so not set, is none of these.
        let _ = (&self.file).seek(SeekFrom::Start(self.start.saturating_add(offset)));
    }
}
