//! What the suites share: a directory of their own to run commands in.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A directory in which commands run with `hello` on the path, as a newcomer
/// would have it: nothing of the environment that steers `hello` is set.
pub struct Shell {
    directory: tempfile::TempDir,
    path: String,
}

/// What a command left behind.
#[allow(dead_code, reason = "not every suite needs a shell")]
pub struct Ran {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub status: i32,
}

impl Shell {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let binary = Path::new(env!("CARGO_BIN_EXE_hello"));
        let beside = binary.parent().expect("the binary is in a directory").display().to_string();
        let path = format!("{beside}:{}", std::env::var("PATH").unwrap_or_default());
        Shell { directory, path }
    }

    /// A file in the directory.
    #[allow(dead_code, reason = "not every suite makes files")]
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command of this directory and environment.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HELLO_") {
                command.env_remove(name);
            }
        }
        command.current_dir(self.directory.path()).env("PATH", &self.path).env("LC_ALL", "C.UTF-8");
        command.env("EXAMPLES", concat!(env!("CARGO_MANIFEST_DIR"), "/examples"));
        command
    }

    /// Runs a line of shell with `input` on its standard input.
    #[allow(dead_code, reason = "not every suite needs a shell")]
    pub fn run(&self, line: &str, input: &[u8]) -> Ran {
        let mut child = self
            .command("sh")
            .args(["-c", line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        let input = input.to_vec();
        // A command may end without reading: what it leaves is no failure.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("sh ends");
        feeder.join().expect("the feeder ends");
        Ran {
            stdout: output.stdout,
            stderr: output.stderr,
            status: output.status.code().unwrap_or(-1),
        }
    }
}
