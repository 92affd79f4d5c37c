//! Where results go.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::reason;
use crate::error::{Error, Result};
use crate::escape::quote;

/// Links that are followed to the file that `-o` means, as the kernel does.
const LINKS_MAX: usize = 40;

/// Where results go.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Write to a file, replaced whole when all went well (- is standard output)
    #[arg(short, long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
}

impl OutputOptions {
    /// Standard output, for what no option sends elsewhere.
    pub fn stdout() -> Self {
        OutputOptions { output: None }
    }

    /// The file, whose name may say the format; none for standard output.
    pub fn path(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// Whether results go to a terminal.
    pub fn is_terminal(&self) -> bool {
        match self.path() {
            Some(path) if !is_stdout(path) => {
                // A regular file need not be opened to know, and a pipe must not.
                is_character_device(path)
                    && OpenOptions::new().append(true).open(path).is_ok_and(|f| f.is_terminal())
            }
            _ => super::stdout_is_terminal(),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, and binary that would go to a terminal.
    pub fn open(&self, binary: bool) -> Result<Output> {
        self.open_or(binary, "write it to a file with `-o FILE`, pipe it on, or say `--to hex`")
    }

    /// The same with what to do instead of writing binary to a terminal.
    ///
    /// # Errors
    ///
    /// As [`OutputOptions::open`].
    pub fn open_or(&self, binary: bool, instead: &str) -> Result<Output> {
        let Some(path) = self.path() else {
            let stdout = io::stdout();
            if binary && stdout.is_terminal() {
                return Err(Error::failure("binary is not written to a terminal").hint(instead));
            }
            return Ok(Output { target: Target::Stdout, name: String::from("standard output") });
        };
        if is_stdout(path) {
            // Opened anew it would have an offset of its own, and what a
            // shell writes afterwards would overwrite ours.
            return OutputOptions::stdout().open_or(binary, instead);
        }
        let name = format!("the file {}", quote(&path.to_string_lossy()));
        let target = open(path).map_err(|error| unwritable(&name, &error))?;
        if let Target::Direct(file) = &target
            && binary
            && file.is_terminal()
        {
            return Err(Error::failure(format!(
                "{name} is a terminal, to which binary is not written"
            ))
            .hint(instead));
        }
        Ok(Output { target, name })
    }
}

/// Results on their way.
pub struct Output {
    target: Target,
    name: String,
}

enum Target {
    Stdout,
    /// A device or a pipe.
    Direct(File),
    /// A new file beside the one it will replace.
    Replace {
        new: NamedTempFile,
        path: PathBuf,
    },
}

impl Output {
    /// Writes `bytes` and nothing more.
    ///
    /// # Errors
    ///
    /// The output fails; what `-o` names then stays as it was.
    pub fn write_whole(mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).and_then(|()| self.flush()).map_err(|error| self.failed(&error))?;
        self.finish()
    }

    /// Puts a file in its place, everything having been written.
    ///
    /// # Errors
    ///
    /// The file cannot be put there.
    pub fn finish(self) -> Result<()> {
        if let Target::Replace { new, path } = self.target {
            new.persist(path).map_err(|error| unwritable(&self.name, &error.error))?;
        }
        Ok(())
    }

    /// What it means that the output failed with `error`.
    pub fn failed(&self, error: &io::Error) -> Error {
        unwritable(&self.name, error)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            // Not by way of the standard library's buffer: it would write up to the last
            // byte that happens to be a newline, and the rest by itself.
            Target::Stdout => Ok(rustix::io::write(io::stdout(), bytes)?),
            Target::Direct(file) => file.write(bytes),
            Target::Replace { new, .. } => new.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout => Ok(()),
            Target::Direct(file) => file.flush(),
            Target::Replace { new, .. } => new.flush(),
        }
    }
}

fn unwritable(name: &str, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::reader_gone(),
        _ => Error::failure(format!("{name} cannot be written: {}", reason(error))),
    }
}

/// Whether `path` is a name of our own standard output.
fn is_stdout(path: &Path) -> bool {
    ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Opens what `path` means: a regular file, or a name that is not there yet,
/// is replaced when all is written; anything else is written to.
fn open(path: &Path) -> io::Result<Target> {
    let (path, through_process) = follow(path)?;
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() && !through_process => {
            // A file that may not be written may not be replaced either.
            OpenOptions::new().write(true).open(&path)?;
            let new = beside(&path, metadata.permissions())?;
            // The umask has no say in the mode of a file that is there already.
            new.as_file().set_permissions(metadata.permissions())?;
            Ok(Target::Replace { new, path })
        }
        Ok(metadata) if metadata.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        // Appending leaves alone what a shell has written to the same file
        // before; a device or a pipe doesn't mind.
        Ok(_) => Ok(Target::Direct(OpenOptions::new().append(true).open(&path)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(Target::Replace { new: beside(&path, new_file_mode())?, path })
        }
        Err(error) => Err(error),
    }
}

/// Follows links to the name that a new file would have. Says whether the way
/// led through the descriptors of a process (`/dev/stdout`, `/dev/fd/3`):
/// those are written to, whatever they are.
fn follow(path: &Path) -> io::Result<(PathBuf, bool)> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS_MAX {
        if path.starts_with("/proc") || path.starts_with("/dev/fd") {
            return Ok((path, true));
        }
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            // No link, or nothing there.
            Err(_) => return Ok((path, false)),
        }
    }
    Err(io::Error::other("too many links"))
}

fn beside(path: &Path, mode: Permissions) -> io::Result<NamedTempFile> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    tempfile::Builder::new()
        .prefix(".hello-")
        .permissions(mode)
        .tempfile_in(parent.unwrap_or(Path::new(".")))
}

#[cfg(unix)]
fn is_character_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device())
}

#[cfg(unix)]
fn new_file_mode() -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    // Less what the umask takes off, as for any file that a program creates.
    Permissions::from_mode(0o666)
}
