//! A call with one request for each of many: some are in flight at a time, and
//! what they answer is told in order.
//!
//! The calls behind the first in line read ahead, as far as their budget goes:
//! so many bytes of answers wait at most. The first in line tells its answers as
//! they come.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use super::answer::{self, Answer};
use super::body::{Body, Requests};
use super::connect::{Link, Route};
use super::status::Status;
use super::{Answers, Call, metadata, request, within};
use crate::error::{Error, Result};
use crate::wire::limits::{ANSWERS_AHEAD, CALLS_IN_FLIGHT, RESENT_MAX};

/// What happens in a call, in the order of these; there is any number of
/// messages.
enum Event {
    /// It goes over another connection, of which this is to be said.
    Connected(Vec<String>),
    /// The headers of the request.
    Request(Vec<String>),
    /// Those of the answer.
    Headers(Vec<String>),
    /// A message, and its part of the budget.
    Message(Vec<u8>, OwnedSemaphorePermit),
    Trailers(Vec<String>),
    Ended(Result<Status>),
    /// There is no connection any more, and none can be had.
    Lost(Error),
}

/// Makes the calls.
///
/// # Errors
///
/// `answers` wants no more; the connection is gone, and there is no other.
pub(super) async fn run(
    link: &Arc<Link>,
    route: &Route,
    call: &Call,
    mut requests: Requests,
    answers: &mut dyn Answers,
) -> Result<()> {
    let shared = Arc::new(Shared {
        link: Mutex::new(Arc::clone(link)),
        route: route.clone(),
        call: call.clone(),
    });
    let mut flights: VecDeque<Flight> = VecDeque::new();
    let mut taken_off = 0;
    let mut ended = false;
    loop {
        let is_flying = !flights.is_empty();
        let has_room = !ended && flights.len() < CALLS_IN_FLIGHT;
        // What is there is told before anything is waited for.
        let event = match flights.front_mut().map(|front| front.events.try_recv()) {
            Some(Ok(event)) => Some(event),
            Some(Err(TryRecvError::Disconnected)) => None,
            waiting => {
                if waiting.is_some() || requests.0.is_empty() {
                    answers.waiting()?;
                }
                tokio::select! {
                    biased;
                    event = next(flights.front_mut()), if is_flying => event,
                    message = requests.0.recv(), if has_room => {
                        match message {
                            Some(message) => {
                                taken_off += 1;
                                flights.push_back(take_off(&shared, taken_off, message));
                            }
                            None => ended = true,
                        }
                        continue;
                    }
                    else => return Ok(()),
                }
            }
        };
        let Some(front) = flights.front() else { continue };
        if tell(front.number, event, answers)? {
            flights.pop_front();
        }
    }
}

/// What comes next of the first in line.
async fn next(front: Option<&mut Flight>) -> Option<Event> {
    front?.events.recv().await
}

/// Tells what happened in a call. True if that was the end of it.
fn tell(number: u64, event: Option<Event>, answers: &mut dyn Answers) -> Result<bool> {
    answers.at(number);
    let ended = match event {
        Some(Event::Connected(facts)) => {
            answers.connected(&facts);
            return Ok(false);
        }
        Some(Event::Request(lines)) => {
            answers.request(&lines);
            return Ok(false);
        }
        Some(Event::Headers(lines)) => {
            answers.headers(&lines);
            return Ok(false);
        }
        Some(Event::Trailers(lines)) => {
            answers.trailers(&lines);
            return Ok(false);
        }
        Some(Event::Message(message, permit)) => {
            drop(permit);
            match answers.message(message) {
                Ok(()) => return Ok(false),
                // One that cannot be taken ends this call, and no other.
                Err(error) => Err(error),
            }
        }
        Some(Event::Ended(ended)) => ended,
        Some(Event::Lost(error)) => return Err(error.in_request(number)),
        None => Err(Error::failure("the call was broken off")),
    };
    answers.ended(ended)?;
    Ok(true)
}

/// A call on its way.
struct Flight {
    number: u64,
    events: UnboundedReceiver<Event>,
    task: Option<AbortHandle>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn take_off(shared: &Arc<Shared>, number: u64, message: Result<Vec<u8>>) -> Flight {
    let (sender, events) = mpsc::unbounded_channel();
    let task = match message {
        Ok(message) => {
            let budget = Arc::new(Semaphore::new(ANSWERS_AHEAD));
            let told = Told { sender, budget, has_begun: AtomicBool::new(false) };
            let shared = Arc::clone(shared);
            let task = tokio::spawn(async move {
                let made = fly(&shared, number, &message, &told);
                let end = within(shared.call.timeout, &told.has_begun, made).await;
                told.tell(end.unwrap_or_else(|error| Event::Ended(Err(error))));
            });
            Some(task.abort_handle())
        }
        // There was none, and this is why.
        Err(error) => {
            let _ = sender.send(Event::Ended(Err(error)));
            None
        }
    };
    Flight { number, events, task }
}

/// Where a call tells what happens in it.
struct Told {
    sender: UnboundedSender<Event>,
    budget: Arc<Semaphore>,
    /// Whether a part of the answer has come.
    has_begun: AtomicBool,
}

impl Told {
    fn tell(&self, event: Event) {
        // Where nobody listens any more the call is about to be broken off.
        let _ = self.sender.send(event);
    }

    /// Tells a message, once there is room for it.
    async fn message(&self, message: Vec<u8>) {
        // An empty one takes room too, and one that is larger than all of it is
        // let in alone.
        let cost = (message.len() + size_of::<Event>()).min(ANSWERS_AHEAD);
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        if let Ok(permit) = Arc::clone(&self.budget).acquire_many_owned(cost).await {
            self.tell(Event::Message(message, permit));
        }
    }
}

/// What all the calls share.
struct Shared {
    /// The connection, and once it has ended the next.
    link: Mutex<Arc<Link>>,
    route: Route,
    call: Call,
}

impl Shared {
    /// A connection in place of one that takes no more calls.
    async fn renewed(&self, old: &Arc<Link>) -> Result<(Arc<Link>, bool)> {
        let mut link = self.link.lock().await;
        // Another call may have been here before.
        let is_new = Arc::ptr_eq(&link, old);
        if is_new {
            *link = Arc::new(Link::open(&self.route).await?);
        }
        Ok((Arc::clone(&link), is_new))
    }
}

/// Makes a call. One that the connection did not take any more goes over the
/// next; if there is none, that is the end of all.
async fn fly(shared: &Shared, number: u64, message: &[u8], told: &Told) -> Result<Event> {
    let Shared { route, call, .. } = shared;
    let message = &[message.to_vec()];
    let mut link = Arc::clone(&*shared.link.lock().await);
    let mut resent = 0;
    let response = loop {
        let request = request(&link, call, Body::of(message)?)?;
        if number == 1 && resent == 0 && call.watched {
            told.tell(Event::Request(metadata::lines(request.headers())));
        }
        match answer::asked(&link, &route.address, request).await {
            Err(unmade) if unmade.is_unsent && resent < RESENT_MAX => {
                let (next, is_new) = match shared.renewed(&link).await {
                    Ok(renewed) => renewed,
                    Err(error) => return Ok(Event::Lost(error)),
                };
                link = next;
                if is_new && call.watched {
                    told.tell(Event::Connected(link.facts.clone()));
                }
                resent += 1;
            }
            response => break response,
        }
    };
    let mut answer =
        Answer::new(&link, &route.address, response.map_err(|it| it.error)?, call.limit)?;
    if call.watched {
        told.tell(Event::Headers(answer.header_lines()));
    }
    while let Some(message) = answer.message().await? {
        told.has_begun.store(true, Ordering::Relaxed);
        told.message(message).await;
    }
    if call.watched {
        told.tell(Event::Trailers(answer.trailer_lines()));
    }
    answer.status().map(|status| Event::Ended(Ok(status)))
}

/// A method with one answer has given several.
#[cold]
pub fn more_than_one() -> Error {
    Error::failure("the server answered with more than one message, and the method has one")
        .hint("does the server have another version of the schema?")
}

/// A method with one answer has given none.
#[cold]
pub fn no_message() -> Error {
    Error::failure("the server answered OK, and without a message")
        .hint("a method with one answer has to give one; the server or a proxy is broken")
}
