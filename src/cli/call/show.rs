//! The call itself, and what is shown of it: answers on standard output,
//! everything else on standard error.

use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::Context;
use super::super::format::{self, Allowed, Side};
use super::super::io::{Output, say};
use super::super::printer::{Printer, field_format};
use super::super::schema::Chosen;
use super::super::warnings::Warnings;
use super::input::{Sent, Stream};
use super::options;
use super::target::Target;
use crate::codec::path;
use crate::error::{Error, Kind, Result, names};
use crate::rpc::client::reflection::Reflection;
use crate::rpc::client::status::Status;
use crate::rpc::client::{Answers, Call, Client, Limit, Watch, more_than_one, no_message};
use crate::rpc::code::UNIMPLEMENTED;
use crate::schema::Schema;
use crate::schema::methods;
use crate::wire::limits::WRITE_LEN;

/// How long a list of services may take that is worth no more than a hint.
const HINT_TIME: Duration = Duration::from_secs(2);

const TO: Allowed = Allowed {
    command: "call",
    side: Side::To,
    formats: format::FIELDS,
    pipe: "hello call … --to json | hello encode --from json --to {}",
    stream: false,
};

impl super::Call {
    /// How answers are printed.
    ///
    /// # Errors
    ///
    /// A field that the answers don't have, a format that there is not.
    pub fn printer<'t>(&self, context: &Context<'_>, target: &'t Target) -> Result<Printer<'t>> {
        let root = target.output.root();
        let mut path = self.field.as_deref().map(|path| path::resolve(root, path)).transpose()?;
        let to = match (&self.to, self.output.path()) {
            (Some(name), _) => {
                let format = match &mut path {
                    Some(steps) => field_format(TO, root, steps, name),
                    None => TO.option(name),
                };
                let shadow =
                    |error: Error| error.maybe_hint(context.shadow_hint("to", name.as_ref()));
                Some(format.map_err(shadow)?)
            }
            (None, Some(file)) if path.is_none() => TO.file(file)?,
            (None, _) => None,
        };
        self.json.check(to)?;
        Ok(Printer {
            root,
            to,
            path,
            json: self.json.options(),
            pretty: self.json.pretty.is_some(),
            stream: target.method.server_streaming
                || (self.stream && !target.method.client_streaming),
            escaped: self.output.is_terminal(),
        })
    }

    fn spec(&self, context_words: &[std::ffi::OsString], target: &Target) -> Result<Call> {
        Ok(Call {
            path: format!("/{}", target.method.path),
            metadata: options::metadata(context_words)?,
            timeout: self.call.timeout.as_deref().map(options::timeout).transpose()?,
            limit: options::max_message(context_words)?.map_or_else(Limit::default, Limit::given),
            watched: self.verbose,
        })
    }
}

/// Makes the call, or the calls.
///
/// # Errors
///
/// None could be made; one broke off, or ended with a status.
pub fn run(
    args: &super::Call,
    words: &[std::ffi::OsString],
    chosen: &Chosen,
    target: &Target,
    printer: &Printer<'_>,
    sent: Sent,
) -> Result<()> {
    let call = args.spec(words, target)?;
    let client = target.client()?;
    if args.verbose {
        say_facts(client.facts());
    }
    let mut shown = Shown {
        printer,
        target,
        schema: chosen.schema(),
        output: args.output.open(false)?,
        output_failed: false,
        warnings: args.warnings.start(),
        number: None,
        one: !target.method.server_streaming,
        held: None,
        out: Vec::new(),
        count: 0,
        failed: None,
        failures: 0,
        keep_going: args.keep_going,
    };
    let result = match sent {
        Sent::Streamed(stream) if !target.method.client_streaming => {
            shown.many(&client, &call, stream)
        }
        sent => shown.once(&client, &call, sent),
    };
    let result = result.and_then(|()| shown.flush());
    let result = result.map_err(|error| listed(error, &client, &call, target));
    shown.finish(result)
}

fn say_facts(facts: &[String]) {
    facts.iter().for_each(|fact| say(&format!("* {fact}")));
}

/// Adds to the error of a method that the server doesn't have those that it has.
#[cold]
fn listed(error: Error, client: &Client, call: &Call, target: &Target) -> Error {
    if error.kind() != Kind::Call(UNIMPLEMENTED) {
        return error;
    }
    // The schema may be another one than the server's.
    let reflection = Reflection::new(client, call.metadata.clone());
    let Ok(services) = reflection.within(HINT_TIME).services() else { return error };
    let Some((service, method)) = target.method.path.split_once('/') else { return error };
    let known: Vec<&str> = services.iter().map(String::as_str).collect();
    if known.contains(&service) {
        return error.hint(format!(
            "the server has the service; `hello describe --server {} {service}` lists its methods",
            client.server()
        ));
    }
    let short = service.rsplit('.').next().unwrap_or(service);
    match methods::meant(known.iter().copied(), short)[..] {
        [] if known.is_empty() => error.hint("it has no services at all"),
        // What the server says may have told them.
        [] if known.iter().all(|name| error.what().contains(&names::shown(name))) => error,
        [] => error.hint(format!("its services are {}", names::list(&known))),
        [one] => error.hint(format!("did you mean `{}/{method}`?", names::shown(one))),
        ref several => error.hint(format!("did you mean the service {}?", names::list(several))),
    }
}

/// What is shown of calls.
struct Shown<'s> {
    printer: &'s Printer<'s>,
    target: &'s Target,
    /// It may know the types of a status' details.
    schema: &'s Schema,
    output: Output,
    /// Whether it was the output that failed: then a file stays as it was.
    output_failed: bool,
    warnings: Warnings,
    /// The number of the request that is answered, where each has a call.
    number: Option<u64>,
    /// Whether there is to be one answer, which is shown once all is well.
    one: bool,
    held: Option<Vec<u8>>,
    /// What is printed, and not written yet.
    out: Vec<u8>,
    /// The answers that were shown.
    count: u64,
    /// How the first of the calls failed that did; others followed.
    failed: Option<Kind>,
    failures: u64,
    keep_going: bool,
}

impl Shown<'_> {
    /// One call with all the requests.
    fn once(&mut self, client: &Client, call: &Call, sent: Sent) -> Result<()> {
        let (messages, broken) = sent.messages()?;
        let status = client.call(call, messages, self)?;
        self.conclude(&status)?;
        // It is an answer, whatever is said of the requests.
        self.flush()?;
        match broken.map_or(0, |broken| broken.load(Ordering::Relaxed)) {
            0 => Ok(()),
            count => Err(Error::failure(format!("broken records were skipped: {count}"))),
        }
    }

    /// A call for each request.
    fn many(&mut self, client: &Client, call: &Call, stream: Stream) -> Result<()> {
        let requests = stream.start(false)?.requests;
        client.calls(call, requests, self)
    }

    /// Ends a call: of one answer it is known now that it is the answer.
    fn conclude(&mut self, status: &Status) -> Result<()> {
        let held = self.held.take();
        if !status.is_ok() {
            return Err(status.error(Some(self.schema)));
        }
        match self.one {
            true => self.print(&held.ok_or_else(no_message)?),
            false => Ok(()),
        }
    }

    fn print(&mut self, message: &[u8]) -> Result<()> {
        let mut notes = self.warnings.fresh();
        let start = self.out.len();
        self.count += 1;
        let printed = self.printer.print(message, 0, &mut self.out, &mut notes);
        if let Err(error) = printed {
            self.out.truncate(start);
            let answer = match self.printer.stream {
                true => format!("answer {}", self.count),
                false => String::from("the answer"),
            };
            return Err(error.hint(format!(
                "{answer} of {} cannot be read: has the server another version of the schema?",
                self.target.method.path
            )));
        }
        let place = match self.number {
            Some(number) => Some(("request", number)),
            None => self.printer.stream.then_some(("answer", self.count)),
        };
        self.warnings.tell_in(notes, place);
        Ok(())
    }

    /// Writes what was printed.
    fn flush(&mut self) -> Result<()> {
        let written = self.output.write_all(&self.out).and_then(|()| self.output.flush());
        self.out.clear();
        self.output_failed |= written.is_err();
        written.map_err(|error| self.output.failed(&error))
    }

    /// Says a header, of which call it is where there are many.
    fn say_lines(&self, mark: char, lines: &[String]) {
        let number = self.number.map(|number| format!("[{number}] ")).unwrap_or_default();
        lines.iter().for_each(|line| say(&format!("{mark} {number}{line}")));
    }

    /// Says what is left to be said.
    fn finish(self, result: Result<()>) -> Result<()> {
        self.warnings.finish();
        if let Err(error) = result {
            // What came before it stays; of one answer there is nothing.
            if self.count > 0 && !self.output_failed {
                self.output.finish()?;
            }
            return Err(error);
        }
        self.output.finish()?;
        match self.failed {
            None => Ok(()),
            Some(first) => Err(Error::like(first, format!("calls failed: {}", self.failures))),
        }
    }
}

impl Watch for Shown<'_> {
    fn request(&mut self, headers: &[String]) {
        say(&format!("> POST /{}", self.target.method.path));
        headers.iter().for_each(|line| say(&format!("> {line}")));
    }

    fn headers(&mut self, headers: &[String]) {
        self.say_lines('<', headers);
    }

    fn message(&mut self, message: Vec<u8>) -> Result<()> {
        if self.one {
            return match self.held.replace(message) {
                None => Ok(()),
                Some(_) => Err(more_than_one()),
            };
        }
        self.print(&message)?;
        // Of many calls more may be there already: see `waiting`.
        match self.number.is_some() && self.out.len() < WRITE_LEN {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn trailers(&mut self, trailers: &[String]) {
        self.say_lines('<', trailers);
    }
}

impl Answers for Shown<'_> {
    fn at(&mut self, number: u64) {
        self.number = Some(number);
    }

    fn connected(&mut self, facts: &[String]) {
        say_facts(facts);
    }

    fn ended(&mut self, ended: Result<Status>) -> Result<()> {
        let Err(error) = ended.and_then(|status| self.conclude(&status)) else {
            return if self.out.len() >= WRITE_LEN { self.flush() } else { Ok(()) };
        };
        self.held = None;
        if self.output_failed {
            return Err(error);
        }
        let error = error.in_request(self.number.unwrap_or_default());
        // What came before the failure is seen before it is told.
        self.flush()?;
        if !self.keep_going {
            return Err(error);
        }
        self.failures += 1;
        say(&error.to_string());
        self.failed.get_or_insert(error.kind());
        Ok(())
    }

    fn waiting(&mut self) -> Result<()> {
        match self.out.is_empty() {
            true => Ok(()),
            false => self.flush(),
        }
    }
}
