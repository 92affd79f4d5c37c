//! Places for connections: as many as there are descriptors for.
//!
//! When all are taken and somebody new comes, the connection that has waited
//! longest without saying what it is makes room, else one that has been
//! silent for a while. So who holds connections open cannot keep others out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Notify;

use crate::wire::limits::{CONNECTIONS_MAX, DESCRIPTORS_OF_OURS};

/// A connection that was silent for so long may be closed to make room.
const SILENT: Duration = Duration::from_secs(5);

/// How often is looked for a connection that has become silent, while there is
/// no room.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The places, and who has them.
pub struct Slots {
    max: usize,
    started: Instant,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    /// By number, so in the order in which they came.
    lines: BTreeMap<u64, Arc<Line>>,
}

/// What is known of a connection from outside of it.
#[derive(Default)]
struct Line {
    /// Whether it has said that it speaks HTTP/2.
    arrived: AtomicBool,
    /// When it said something last, in milliseconds.
    heard: AtomicU64,
    closed: AtomicBool,
    /// Who waits for it to say something.
    waker: Mutex<Option<Waker>>,
}

/// A place that is taken; it is free again when this is dropped.
pub struct Place {
    slots: Arc<Slots>,
    number: u64,
    line: Arc<Line>,
}

impl Slots {
    /// As many as the limit of descriptors allows, which is raised first as
    /// far as it may be.
    pub fn of_system() -> Arc<Self> {
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        let limit = match setrlimit(Resource::Nofile, raised) {
            Ok(()) => raised.current,
            Err(_) => limit.current,
        };
        // None stands for no limit.
        let limit = limit.unwrap_or(u64::MAX);
        Self::new(limit.saturating_sub(DESCRIPTORS_OF_OURS).clamp(4, CONNECTIONS_MAX) as usize)
    }

    fn new(max: usize) -> Arc<Self> {
        let taken = Mutex::default();
        Arc::new(Slots { max, started: Instant::now(), taken, freed: Notify::new() })
    }

    /// Takes a place, as soon as there is one.
    pub async fn take(self: &Arc<Self>) -> Place {
        loop {
            if let Some(place) = self.try_take() {
                return place;
            }
            // When it runs out, somebody may have been silent for long enough.
            let _ = tokio::time::timeout(LOOK_AGAIN, self.freed.notified()).await;
        }
    }

    fn try_take(self: &Arc<Self>) -> Option<Place> {
        let mut taken = self.taken();
        if taken.lines.len() >= self.max {
            let number = self.spare(&taken)?;
            if let Some(line) = taken.lines.remove(&number) {
                line.close();
            }
        }
        let number = taken.next;
        taken.next += 1;
        let line = Arc::new(Line::default());
        line.heard.store(self.now(), Ordering::Relaxed);
        taken.lines.insert(number, Arc::clone(&line));
        Some(Place { slots: Arc::clone(self), number, line })
    }

    /// The one who has to go when there is no room.
    fn spare(&self, taken: &Taken) -> Option<u64> {
        let arriving = taken.lines.iter().find(|(_, line)| !line.arrived.load(Ordering::Relaxed));
        if let Some((number, _)) = arriving {
            return Some(*number);
        }
        let heard = |line: &Line| line.heard.load(Ordering::Relaxed);
        let (number, line) = taken.lines.iter().min_by_key(|(_, line)| heard(line))?;
        let silent = self.now().saturating_sub(heard(line));
        (u128::from(silent) >= SILENT.as_millis()).then_some(*number)
    }

    /// Milliseconds since the start.
    fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Place {
    /// Notes that it has said what it is.
    pub fn arrived(&self) {
        self.line.arrived.store(true, Ordering::Relaxed);
    }

    /// Notes that it has said something.
    pub fn heard(&self) {
        self.line.heard.store(self.slots.now(), Ordering::Relaxed);
    }

    /// Whether it has to go.
    pub fn is_closed(&self) -> bool {
        self.line.closed.load(Ordering::Acquire)
    }

    /// Has `waker` woken when the connection has to go.
    pub fn watch(&self, waker: &Waker) {
        let mut kept = self.line.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.slots.taken().lines.remove(&self.number);
        self.slots.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_not_arrived_makes_room_and_who_speaks_does_not() {
        let slots = Slots::new(2);
        let first = slots.try_take().expect("it is free");
        first.arrived();
        let second = slots.try_take().expect("it is free");
        let third = slots.try_take().expect("the second makes room");
        assert!(second.is_closed() && !first.is_closed());
        third.arrived();
        assert!(slots.try_take().is_none());
        // The place of the second is not freed twice.
        drop(second);
        assert!(slots.try_take().is_none());
        drop(first);
        assert!(slots.try_take().is_some());
    }
}
