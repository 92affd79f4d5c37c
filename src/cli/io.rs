//! Where bytes come from and go to.
//!
//! Standard input, output and error are opened here and nowhere else. What is
//! written keeps three promises: a regular file is replaced whole or left as
//! it was; binary does not reach a terminal; nothing is lost in silence.

mod output;
mod regular;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Kind, Result, reason};
use crate::escape::{quote, shell_word};
use crate::stream::Incoming;
use crate::wire::limits::{READ_LEN, READ_PLACE};

pub use output::{Output, OutputOptions};
use regular::Regular;

/// Says `line` on standard error. If that fails there is nowhere left to say it.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether a line can be drawn on standard error and taken away again.
pub fn can_draw() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|name| name != "dumb")
}

/// Draws `line` in place of the line on standard error.
pub fn draw(line: &str) {
    // Back to its start, and it is cleared. What is too long for the terminal is
    // cut off by it: a second line would stay when the first is cleared.
    let _ = write!(io::stderr(), "\r\x1b[2K\x1b[?7l{line}\x1b[?7h");
}

/// Takes away the line on standard error.
pub fn erase() {
    let _ = write!(io::stderr(), "\r\x1b[2K");
}

/// Reports how the program failed, and gives its exit status.
pub fn report(error: &Error) -> u8 {
    if !matches!(error.kind(), Kind::ReaderGone | Kind::Different) {
        say(&error.to_string());
    }
    error.status()
}

/// Whether standard output is a terminal, where unsafe characters are escaped.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The columns of the terminal that is standard output, if they are known.
pub fn terminal_columns() -> Option<usize> {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let told = || {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col))
    };
    asked.or_else(told).filter(|columns| *columns > 0)
}

/// The name behind the `@` of a word, which need not be UTF-8.
#[cfg(unix)]
pub fn without_at(word: &OsStr) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    word.as_bytes().strip_prefix(b"@").map(|name| OsStr::from_bytes(name).to_owned())
}

/// Where input comes from.
pub enum Input {
    /// The command line itself.
    Words(Vec<u8>),
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// How an input is named on another command line.
pub enum Again {
    /// So.
    Typed(String),
    /// Not at all: it is what is piped in.
    Stdin,
    /// Not at all: nobody would type it.
    Long,
}

/// The characters of bytes on the command line that are repeated in a hint.
const AGAIN_MAX: usize = 64;

impl Input {
    /// How it is named on another command line.
    pub fn again(&self) -> Again {
        match self {
            Input::Stdin => Again::Stdin,
            Input::File(path) => {
                let name = path.as_os_str();
                let dash = name.as_encoded_bytes().starts_with(b"-");
                let before = if dash { "--input=" } else { "-i " };
                Again::Typed(format!("{before}{}", shell_word(name)))
            }
            Input::Words(words) if words.len() > AGAIN_MAX => Again::Long,
            Input::Words(words) => {
                let words = String::from_utf8_lossy(words);
                let words: Vec<String> = words.split(' ').map(shell_word).collect();
                Again::Typed(words.join(" "))
            }
        }
    }

    /// What `-i` names: `-` is standard input, anything else a file.
    pub fn named(name: &OsStr) -> Self {
        if name == "-" { Input::Stdin } else { Input::File(PathBuf::from(name)) }
    }

    /// The name of the file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Input::Words(_) | Input::Stdin => None,
            Input::File(path) => Some(path),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// A file that is missing, is a directory, or cannot be read.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        match self {
            Input::Words(bytes) => Ok(Box::new(io::Cursor::new(bytes.clone()))),
            Input::Stdin => {
                let stdin = io::stdin();
                if stdin.is_terminal() {
                    say("reading standard input, end it with ctrl-d");
                }
                Ok(Box::new(stdin))
            }
            Input::File(path) => Ok(Box::new(open(path)?)),
        }
    }

    /// Opens it for a stream, to be read by several threads if it is a regular file.
    ///
    /// # Errors
    ///
    /// As [`Input::open`].
    pub fn incoming(&self) -> Result<Incoming> {
        let (reader, file): (Box<dyn Read + Send>, _) = match self {
            Input::Words(_) => (self.open()?, None),
            Input::Stdin => (self.open()?, stdin_file()),
            Input::File(path) => {
                let file = open(path)?;
                let again = file.try_clone();
                (Box::new(file), again.ok())
            }
        };
        Ok(Incoming { reader, there: file.and_then(Regular::there) })
    }

    /// The bytes that are left of it, if it is a regular file.
    pub fn size(&self) -> Option<u64> {
        match self {
            Input::Words(bytes) => Some(bytes.len() as u64),
            Input::Stdin => stdin_left(),
            Input::File(path) => {
                let metadata = path.metadata().ok()?;
                metadata.is_file().then_some(metadata.len())
            }
        }
    }

    /// Reads all of it.
    ///
    /// # Errors
    ///
    /// As [`Input::open`], and input that fails on the way.
    pub fn read(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        read_all(&mut *self.open()?, &mut bytes, || self.size()).map_err(|error| match self {
            Input::Words(_) | Input::Stdin => {
                Error::failure(format!("standard input cannot be read: {}", reason(&error)))
            }
            Input::File(path) => unreadable(path, &error),
        })?;
        Ok(bytes)
    }
}

/// Reads to the end; what is long by way of memory where reading is cheap. `size` is asked
/// for how long that may be.
fn read_all(
    input: &mut dyn Read,
    bytes: &mut Vec<u8>,
    size: impl Fn() -> Option<u64>,
) -> io::Result<()> {
    if input.take(READ_LEN as u64).read_to_end(bytes)? < READ_LEN {
        return Ok(());
    }
    // It is a guess: if there is no room for so much, there may be for what comes.
    let size = size().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
    let _ = bytes.try_reserve_exact(size);
    let mut room = vec![0; READ_PLACE + READ_LEN];
    loop {
        match input.read(&mut room[READ_PLACE..]) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                bytes.try_reserve(read)?;
                bytes.extend_from_slice(&room[READ_PLACE..][..read]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    // Some systems open a directory and fail at the first read.
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(is_a_directory(path));
    }
    Ok(file)
}

/// Standard input as a file.
#[cfg(unix)]
fn stdin_file() -> Option<File> {
    use std::os::fd::AsFd;
    Some(File::from(io::stdin().as_fd().try_clone_to_owned().ok()?))
}

/// The bytes that are left of a regular file that is standard input.
fn stdin_left() -> Option<u64> {
    let mut file = stdin_file()?;
    let metadata = file.metadata().ok()?;
    let place = file.stream_position().ok()?;
    metadata.is_file().then_some(metadata.len().saturating_sub(place))
}

/// Bytes at the start of a stream that are kept to say what it looks like.
const SAMPLE_LEN: usize = 4 << 10;

/// The start of what was read, for whoever has given the reader away.
#[derive(Default)]
pub struct Sample {
    start: Vec<u8>,
    /// All that was read, in bytes.
    read: u64,
    /// The bytes of the input, if they are known.
    size: Option<u64>,
}

impl Sample {
    /// Whether the start is all that was read.
    pub fn is_all_read(&self) -> bool {
        self.read == self.start.len() as u64
    }

    /// Whether the start is the whole input.
    pub fn is_whole(&self) -> bool {
        self.is_all_read() && self.size == Some(self.read)
    }

    /// The start of what was read.
    pub fn start(&self) -> &[u8] {
        &self.start
    }
}

/// A reader that keeps the start of what it read.
pub struct Sampled {
    input: Box<dyn Read + Send>,
    sample: Arc<Mutex<Sample>>,
}

impl Sampled {
    /// Nothing is read yet. `size` is what there is to read, if it is known.
    pub fn new(input: Box<dyn Read + Send>, size: Option<u64>) -> (Self, Arc<Mutex<Sample>>) {
        let sample = Arc::new(Mutex::new(Sample { size, ..Sample::default() }));
        (Sampled { input, sample: Arc::clone(&sample) }, sample)
    }
}

impl Read for Sampled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let mut sample = self.sample.lock().unwrap_or_else(PoisonError::into_inner);
        sample.read += read as u64;
        if read == 0 && !buffer.is_empty() {
            sample.size = Some(sample.read);
        }
        let room = SAMPLE_LEN.saturating_sub(sample.start.len());
        sample.start.extend_from_slice(&buffer[..read.min(room)]);
        Ok(read)
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let name = quote(&path.to_string_lossy());
    match error.kind() {
        io::ErrorKind::IsADirectory => is_a_directory(path),
        io::ErrorKind::NotFound => {
            Error::failure(format!("there is no file {name}")).maybe_hint(near(path))
        }
        _ => Error::failure(format!("the file {name} cannot be read: {}", reason(error))),
    }
}

fn is_a_directory(path: &Path) -> Error {
    Error::failure(format!("{} is a directory, not a file", quote(&path.to_string_lossy())))
        .hint("name a file in it")
}

/// A file beside the missing one that may have been meant.
fn near(path: &Path) -> Option<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries = std::fs::read_dir(parent.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    // A directory has no order of its own.
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    let near = crate::error::names::nearest(wanted, names.iter().map(String::as_str))?;
    Some(format!("did you mean {}?", quote(&path.with_file_name(near).to_string_lossy())))
}
