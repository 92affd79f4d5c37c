//! The entry of the process, in place of the one of Rust's standard library.
//!
//! That one looks for the limits of the main thread's stack before it calls
//! `main`, to tell an overflow from other faults. It has the C library read
//! `/proc/self/maps` line by line for it: some 85,000 instructions, a fifth of
//! what a start takes. Without it an overflow of the stack ends the process by
//! the guard page all the same, only without a message. What else it does is
//! done here.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int};
use std::fs::File;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::panic;
use std::process;

/// As Linux has them on every architecture but MIPS and SPARC, which have the
/// same number of this signal.
const SIGPIPE: c_int = 13;
const SIG_IGN: usize = 1;

// SAFETY: this is how the C library declares it, with a handler as the number
// that a pointer is.
unsafe extern "C" {
    fn signal(signal: c_int, handler: usize) -> usize;
}

/// Called by the C library when it is ready. The words of the command line have
/// come to [`std::env::args_os`] by then, of themselves: glibc hands them to
/// each initializer, and the standard library has one.
// SAFETY: no other symbol of this name is linked, since the crate has no `main`
// that Rust makes one of; the signature is the one that C asks for.
#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    open_standard_streams();
    // A reader that is gone is an error of the write, not the end of the process.
    // SAFETY: to ignore a signal installs no code, and no other thread is there.
    unsafe { signal(SIGPIPE, SIG_IGN) };
    // Nothing may unwind into C.
    let status = panic::catch_unwind(crate::run).unwrap_or(101);
    // Flushes, as the end of `main` does.
    process::exit(status.into())
}

/// Puts `/dev/null` where standard input, output or error is closed: the next
/// file that is opened would take its place.
fn open_standard_streams() {
    while let Ok(file) = File::options().read(true).write(true).open("/dev/null") {
        if file.as_raw_fd() > 2 {
            return;
        }
        let _ = file.into_raw_fd();
    }
}
