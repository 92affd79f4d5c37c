//! The binary: parses, runs, reports, and picks the exit status.

// With glibc `start` has the entry of the process.
#![cfg_attr(all(target_os = "linux", target_env = "gnu", not(test)), no_main)]

#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
mod start;

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(test))))]
fn main() -> std::process::ExitCode {
    run().into()
}

/// Does what the command line asks for, and gives the exit status.
fn run() -> u8 {
    let words: Vec<_> = std::env::args_os().collect();
    match hello::cli::run(&words) {
        Ok(()) => 0,
        Err(error) => hello::cli::io::report(&error),
    }
}
