//! What is called: ADDRESS and METHOD among the words, and the schema that
//! they lead to. The field flags are those of the method's requests, so this is
//! known before the words are taken apart.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};

use clap::{Args, Command};

use super::super::Context;
use super::super::fields::words;
use super::super::schema::{self, Asked, Chosen};
use super::options;
use crate::codec::path::split_assignment;
use crate::error::{Error, Kind, Result};
use crate::escape::{self, quote, shell_word};
use crate::rpc::address::{self, Address};
use crate::rpc::client::Client;
use crate::rpc::client::connect::Route;
use crate::rpc::client::reflection::{Files, Reflection};
use crate::schema::descriptor::services::{self, Method, Service};
use crate::schema::methods::{self, Listing};
use crate::schema::{Compiled, Schema, Set, builtin};

/// A method of a server.
pub struct Target {
    way: Way,
    /// What it takes and gives.
    pub method: Method,
    /// The type of the answers.
    pub output: Compiled,
    /// The connection, if one was needed for the schema.
    client: Cell<Option<Client>>,
}

impl Target {
    /// The connection to the server.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub fn client(&self) -> Result<Client> {
        match self.client.take() {
            Some(client) => Ok(client),
            None => self.way.connect(),
        }
    }
}

/// The way to the server.
struct Way {
    route: Route,
    /// What to say of the default, if no address was given.
    not_given: Option<String>,
}

impl Way {
    fn connect(&self) -> Result<Client> {
        Client::connect(self.route.clone()).map_err(|error| self.say_default(error))
    }

    /// Adds that it is the default that was called.
    #[cold]
    fn say_default(&self, error: Error) -> Error {
        error.maybe_hint(self.not_given.clone())
    }
}

/// What to say where no address was given: it may be given where it is not read.
/// HELLO_SERVER is no address to call: a call may change something there, and who
/// names a source of schemas does not ask for that.
fn not_given(words: &[OsString]) -> String {
    let what = "no ADDRESS is given, so it is the default";
    match (by_option(words), std::env::var_os("HELLO_SERVER")) {
        (Some(hint), _) => format!("{what}; {hint}"),
        (None, Some(server)) if !server.is_empty() => {
            format!("{what}; HELLO_SERVER is for schemas: write `hello call \"$HELLO_SERVER\" …`")
        }
        _ => format!("{what}; one ends in :PORT"),
    }
}

/// What to say to whoever gives the address by the option that other commands have.
pub fn by_option(words: &[OsString]) -> Option<String> {
    let server = schema::option_values(words, "--server", None).pop()?;
    Some(format!("the address is the first word: `hello call {} …`", shell_word(server)))
}

/// What the words say of the server and the method.
struct Typed {
    address: Address,
    /// Whether it was typed, or is the default.
    has_address: bool,
    method: Option<String>,
}

impl Typed {
    fn from_words(words: &[OsString]) -> Result<Self> {
        let found = positionals(words);
        let text = |word: &OsString| {
            let text = word.to_str().map(str::to_owned);
            text.ok_or_else(|| {
                Error::usage(format!("{} is not UTF-8", quote(&word.to_string_lossy())))
            })
        };
        let found = found.iter().map(text).collect::<Result<Vec<String>>>()?;
        let (typed, method) = match &found[..] {
            [] => (None, None),
            [one] if address::is_address(one) => (Some(one.as_str()), None),
            [one] => (None, Some(one.as_str())),
            [first, second, ..] if address::is_address(first) => {
                (Some(first.as_str()), Some(second.as_str()))
            }
            [first, second, ..] if address::is_address(second) => {
                let what = format!("{} stands before the address {}", quote(first), quote(second));
                return Err(Error::usage(what).hint("ADDRESS comes first, then METHOD"));
            }
            [first, ..] => {
                let what = format!("{} is no address of a server", quote(first));
                return Err(Error::usage(what).hint(
                    "an address is HOST:PORT, a URL or unix:PATH; fields are given as flags",
                ));
            }
        };
        let (address, behind) = address::parse(typed.unwrap_or(address::DEFAULT))?;
        if let (Some(behind), Some(method)) = (behind, method) {
            let what = format!("the method is {} and {}", quote(behind), quote(method));
            return Err(Error::usage(what).hint("give it one way only"));
        }
        let method = behind.or(method);
        method.map_or(Ok(()), check_method)?;
        Ok(Typed { address, has_address: typed.is_some(), method: method.map(str::to_owned) })
    }

    /// Whether the schema need not be asked of the server.
    fn is_built_in(&self) -> bool {
        self.method.as_deref().is_none_or(methods::is_built_in)
    }
}

/// Refuses a word that can be no method, whatever the schema.
fn check_method(word: &str) -> Result<()> {
    if word.is_empty() {
        return Err(Error::usage("METHOD is empty")
            .hint("a method is pkg.Service/Method, or the end of that"));
    }
    if !word.contains(':') {
        return Ok(());
    }
    let error = Error::usage(format!("{} is no method", quote(word)));
    Err(match word.split_once('/') {
        Some((address, "")) if address::is_address(address) => {
            error.hint(format!("an address ends in :PORT: write `{}`", shell_word(address)))
        }
        Some((address, _)) if address::is_address(address) => {
            let url = shell_word(format!("http://{word}"));
            error.hint(format!("to say address and method in one word, write `{url}`"))
        }
        _ => error.hint("an address is HOST:PORT, a URL or unix:PATH; PORT is a number"),
    })
}

/// The words that are neither options nor their values, up to the first flag of
/// a field: anything that is no option is one.
fn positionals(words: &[OsString]) -> Vec<OsString> {
    let command = super::Call::augment_args(Command::new("call"));
    let mut found = Vec::new();
    let mut rest = words.iter().skip(2).peekable();
    while let Some(word) = rest.next() {
        let text = word.to_string_lossy();
        let takes = if let Some(flag) = text.strip_prefix("--") {
            let (name, inline) = match split_assignment(flag) {
                Some((name, _)) => (name, true),
                None => (flag, false),
            };
            match words::option(&command, name) {
                Some(option) => words::takes_value(option) && !inline,
                None if name == "help" => false,
                None => break,
            }
        } else if words::is_option(word) {
            short_takes(&command, &text[1..])
        } else {
            found.push(word.clone());
            false
        };
        if takes && rest.peek().is_some_and(|next| !words::is_option(next)) {
            rest.next();
        }
    }
    found
}

/// Whether short options written together leave their value to the next word.
fn short_takes(command: &Command, shorts: &str) -> bool {
    for (at, short) in shorts.char_indices() {
        let option = command.get_arguments().find(|arg| arg.get_short() == Some(short));
        match option {
            Some(option) if words::takes_value(option) => {
                return shorts.len() == at + short.len_utf8();
            }
            Some(_) => {}
            None => return false,
        }
    }
    false
}

/// Refuses words that stand where neither ADDRESS nor METHOD can be.
///
/// # Errors
///
/// There are some.
pub fn check_words(context: &Context<'_>, parsed: [&Option<OsString>; 2]) -> Result<()> {
    let found = positionals(context.words);
    let Some(stray) = parsed.into_iter().flatten().nth(found.len()) else { return Ok(()) };
    let text = stray.to_string_lossy();
    let error = Error::usage(format!("`hello call` has no use for the word {}", quote(&text)));
    if context.words.iter().any(|word| word == "--") {
        return Err(error.hint("leave out `--`: behind it nothing is read"));
    }
    // A bare bool is what the word may have been meant for.
    let bool = context.given.iter().find(|given| given.value.is_none());
    let bool = bool.map(|given| format!("{}={}", given.flag(), escape::word(&text)));
    Err(error
        .hint("ADDRESS and METHOD stand before the first field flag")
        .maybe_hint(bool.map(|flag| format!("a bool takes a value behind `=` only: `{flag}`"))))
}

/// Whether what is called is known without asking a server.
pub fn is_at_hand(words: &[OsString]) -> bool {
    let asked = Asked::from_words(words).files_only();
    let built_in = || Typed::from_words(words).is_ok_and(|typed| typed.is_built_in());
    if asked.schema_given() { schema::is_at_hand(words) } else { built_in() }
}

/// What `words` call, and the type of its requests.
///
/// # Errors
///
/// Words that say no server or method; a schema that cannot be read, or has no
/// such method.
pub fn choose(words: &[OsString], comments: bool) -> Result<Chosen> {
    let typed = Typed::from_words(words)?;
    let route = options::route(words, typed.address.clone())?;
    let not_given = (!typed.has_address).then(|| not_given(words));
    let way = Way { route, not_given };
    let asked = Asked::from_words(words).files_only();
    let method = typed.method.as_deref();
    if asked.schema_given() {
        let (schema, sets) = schema::load(&asked, comments)?;
        let services = of_sets(&sets)?;
        let listing = Listing { services: &services, whose: "the schema" };
        let found = method.map_or_else(|| listing.only(), |method| listing.find(method));
        let chosen = found.and_then(|found| finish(schema, found, way, None));
        return chosen.map_err(|error| asked.say_files(error));
    }
    if typed.is_built_in() {
        let services = services::of_set(builtin::DESCRIPTOR_SET)?;
        let listing = Listing { services: &services, whose: "the built-in schema" };
        return finish(builtin::schema(comments)?, listing.only()?, way, None);
    }
    let max = options::max_message(words)?;
    let client = way.connect()?;
    let reflection = Reflection::new(&client, options::metadata(words)?);
    let mut reflection = reflection.accepting(max);
    let whose = format!("the server {}", client.server());
    let set = ask(&mut reflection, &whose, method.unwrap_or_default());
    let set = set.map_err(|error| match error.kind() {
        Kind::Usage => way.say_default(error),
        _ => error,
    })?;
    let (schema, sets) = schema::from_server(set, comments)?;
    let services = of_sets(&sets);
    let services = services.map_err(|error| {
        error.hint(format!("it is the server {} that tells it", client.server()))
    })?;
    let listing = Listing { services: &services, whose: &whose };
    // The word may be meant for the address that is missing.
    let found = listing.find(method.unwrap_or_default()).map_err(|it| way.say_default(it))?;
    // What the server does not tell of its own method is no mistake of the words.
    finish(schema, found, way, Some(client)).map_err(|error| {
        let hint = "the server's reflection tells the method, and not all of its types";
        error.as_failure().hint(hint)
    })
}

fn of_sets(sets: &[Set]) -> Result<Vec<Service>> {
    services::of_sets(sets.iter().map(|set| &*set.bytes))
}

/// The names of the methods that `words` may call or answer, as far as they are
/// known without asking a server.
pub fn methods_at_hand(words: &[OsString]) -> Vec<String> {
    let asked = Asked::from_words(words).files_only();
    let services = match asked.schema_given() {
        true if !schema::is_at_hand(words) => return Vec::new(),
        true => schema::load(&asked, false).and_then(|(_, sets)| of_sets(&sets)),
        false => services::of_set(builtin::DESCRIPTOR_SET),
    };
    // What is wrong with a schema is said when the command is run.
    let services = services.unwrap_or_default();
    Listing { services: &services, whose: "the schema" }.names().map(str::to_owned).collect()
}

fn finish(schema: Schema, method: &Method, way: Way, client: Option<Client>) -> Result<Chosen> {
    let compile = |name: &str| schema.compile(schema.message(name)?);
    let input = compile(&method.input)?;
    let output = compile(&method.output)?;
    let client = Cell::new(client);
    let target = Target { way, method: method.clone(), output, client };
    Ok(Chosen::of_method(schema, input, target))
}

/// Asks a server, `whose` services they are, for what a method's name may mean.
fn ask(reflection: &mut Reflection<'_>, whose: &str, method: &str) -> Result<Set> {
    let names = reflection.services()?;
    let all = names.iter().map(String::as_str);
    let mut files = Files::start()?;
    match methods::parts(method).0 {
        Some(service) => match methods::meant(all, service)[..] {
            // It need not be on the list.
            [] if reflection.add(service, &mut files)? => {}
            [] => {
                let known: Vec<&str> = names.iter().map(String::as_str).collect();
                return Err(methods::no_service(whose, service, &known));
            }
            [full] => {
                reflection.add(full, &mut files)?;
            }
            ref several => return Err(methods::ambiguous(service, "services", several)),
        },
        None => {
            for name in &names {
                reflection.add(name, &mut files)?;
            }
        }
    }
    Ok(files.into_set(reflection))
}

/// The address that an option names, which has no method behind it.
///
/// # Errors
///
/// It is none.
pub fn address_of(text: &OsStr) -> Result<Address> {
    let text = text.to_string_lossy();
    let (address, behind) = address::parse(&text)?;
    match behind {
        None => Ok(address),
        Some(behind) => {
            let what = format!("the address {address} goes on with {}", quote(behind));
            Err(Error::usage(what).hint("only `hello call` takes a method"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        std::iter::once("hello").chain(line.split(' ')).map(OsString::from).collect()
    }

    #[test]
    fn address_and_method_stand_before_the_first_field_flag() {
        let cases = [
            ("call", ""),
            ("call --name zzz a:1", ""),
            ("call a:1 --name zzz", "a:1"),
            ("call -H k:v --timeout 5 a:1 -v x/Y --to json --id 5 z", "a:1 x/Y"),
            ("call -vi f a:1", "a:1"),
            ("call -Ifoo a:1", "a:1"),
            ("call --set a=b a:1", ""),
        ];
        for (line, expected) in cases {
            let found = positionals(&words(line));
            assert_eq!(found.join(OsStr::new(" ")), expected, "{line}");
        }
    }
}
