//! The binary: parses, runs, reports, and picks the exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    match hello::cli::run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => hello::cli::io::report(&error),
    }
}
