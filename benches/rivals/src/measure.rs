//! The times of one shape, and the table.

use rustix::time::{ClockId, clock_gettime};

use crate::contenders::{Contender, Direction};
use crate::streams::Streams;

type Result<T> = std::result::Result<T, String>;

/// What one contender took for a stream.
struct Row {
    name: &'static str,
    dynamic: bool,
    seconds: f64,
}

/// The user and system time of this thread so far.
pub fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Runs all contenders by turns, `runs` times each, and prints their best.
/// Gives how many times as fast `hello` is as the best dynamic rival.
pub fn shape(
    name: &str,
    streams: &Streams,
    contenders: &mut [Box<dyn Contender>],
    direction: Direction,
    runs: u32,
) -> Result<f64> {
    let stream = streams.of(direction);
    let mut rows: Vec<Row> = contenders
        .iter()
        .map(|one| Row { name: one.name(), dynamic: one.is_dynamic(), seconds: f64::INFINITY })
        .collect();
    let mut out = Vec::new();
    for _ in 0..runs {
        for (row, contender) in rows.iter_mut().zip(contenders.iter_mut()) {
            let before = thread_seconds();
            contender.pass(direction, stream, &mut out)?;
            row.seconds = row.seconds.min(thread_seconds() - before);
        }
    }
    let hello = rows[0].seconds;
    let best = rows[1..].iter().filter(|row| row.dynamic).map(|row| row.seconds);
    let best = best.fold(f64::INFINITY, f64::min);
    for row in &rows {
        println!(
            "{:<8} {:<14} {:<13} {:>8.1} {:>9.0} {:>8.2}{}",
            name,
            direction.name(),
            row.name,
            stream.len() as f64 / row.seconds / 1e6,
            row.seconds * 1e9 / streams.count as f64,
            row.seconds / hello,
            if row.dynamic && row.seconds == best { " *" } else { "" },
        );
    }
    Ok(best / hello)
}

/// What stands above the rows.
pub fn heading() {
    println!(
        "{:<8} {:<14} {:<13} {:>8} {:>9} {:>8}",
        "shape", "direction", "contender", "MB/s", "ns/msg", "hello x"
    );
}
