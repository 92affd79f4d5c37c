//! A unary call for each of many requests: some are in flight at a time, the
//! answers are told in order.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::answer::Answer;
use super::body::{Body, Requests};
use super::connect::{Link, Route};
use super::{Answers, Call, answer, faults, request, within};
use crate::error::{Error, Result};
use crate::rpc::address::Address;
use crate::wire::limits::CALLS_IN_FLIGHT;

/// A call on its way, or why it was none.
enum Flight {
    On(JoinHandle<Result<Vec<u8>>>),
    Never(Option<Error>),
}

/// Makes the calls.
///
/// # Errors
///
/// `answers` wants no more.
pub(super) async fn run(
    link: &Link,
    route: &Route,
    call: &Call,
    mut requests: Requests,
    answers: &mut dyn Answers,
) -> Result<()> {
    let shared =
        Arc::new(Shared { link: link.share(), address: route.address.clone(), call: call.clone() });
    let mut flights: VecDeque<Flight> = VecDeque::new();
    let mut ended = false;
    let mut number = 0;
    let result = loop {
        let has_room = !ended && flights.len() < CALLS_IN_FLIGHT;
        let Some(front) = flights.front_mut() else {
            if ended {
                break Ok(());
            }
            match next(&mut requests, answers).await {
                Ok(Some(message)) => flights.push_back(take_off(&shared, message)),
                Ok(None) => ended = true,
                Err(error) => break Err(error),
            }
            continue;
        };
        if !front.has_landed()
            && let Err(error) = answers.waiting()
        {
            break Err(error);
        }
        tokio::select! {
            // What has landed is told first: nothing waits behind it longer
            // than it has to.
            biased;
            answer = front.land() => {
                flights.pop_front();
                number += 1;
                let answer = answer.map_err(|error| error.in_record(number));
                if let Err(error) = answers.answered(number, answer) {
                    break Err(error);
                }
            }
            message = requests.0.recv(), if has_room => match message {
                Some(message) => flights.push_back(take_off(&shared, message)),
                None => ended = true,
            }
        }
    };
    for flight in &flights {
        if let Flight::On(handle) = flight {
            handle.abort();
        }
    }
    result
}

/// What all the calls share.
struct Shared {
    link: Link,
    address: Address,
    call: Call,
}

/// The next request, while no call is in flight.
async fn next(
    requests: &mut Requests,
    answers: &mut dyn Answers,
) -> Result<Option<Result<Vec<u8>>>> {
    if requests.0.is_empty() {
        answers.waiting()?;
    }
    Ok(requests.0.recv().await)
}

fn take_off(shared: &Arc<Shared>, message: Result<Vec<u8>>) -> Flight {
    match message {
        Ok(message) => {
            let shared = Arc::clone(shared);
            Flight::On(tokio::spawn(async move {
                let made = one(&shared, message);
                within(shared.call.timeout, made).await
            }))
        }
        Err(error) => Flight::Never(Some(error)),
    }
}

impl Flight {
    fn has_landed(&self) -> bool {
        match self {
            Flight::On(handle) => handle.is_finished(),
            Flight::Never(_) => true,
        }
    }

    /// What the call came to. Safe to be dropped and asked again.
    async fn land(&mut self) -> Result<Vec<u8>> {
        match self {
            Flight::On(handle) => match handle.await {
                Ok(answer) => answer,
                Err(error) => {
                    let reason = faults::reason(&error);
                    Err(Error::failure(format!("the call was broken off: {reason}")))
                }
            },
            Flight::Never(error) => Err(match error.take() {
                Some(error) => error,
                None => Error::failure("the request was none"),
            }),
        }
    }
}

async fn one(shared: &Shared, message: Vec<u8>) -> Result<Vec<u8>> {
    let Shared { link, address, call } = shared;
    let request = request(link, call, Body::of(&[message])?)?;
    let response = link.sender.clone().send_request(request).await;
    let response = response.map_err(|error| answer::broken(link, address, &error))?;
    let mut answer = Answer::new(link, address, response, call.max_message)?;
    let mut first = None;
    while let Some(message) = answer.message().await? {
        if first.replace(message).is_some() {
            return Err(more_than_one());
        }
    }
    let status = answer.status()?;
    match first {
        _ if !status.is_ok() => Err(status.error(None)),
        Some(message) => Ok(message),
        None => Err(no_message()),
    }
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
