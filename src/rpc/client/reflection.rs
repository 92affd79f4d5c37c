//! The schema of a server, as its reflection tells it: the file that declares
//! a name, and those that it imports, each asked for once.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use prost::Message;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest as Ask;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse as Told;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

use super::super::code::{NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED};
use super::metadata::Metadata;
use super::status::Status;
use super::{Call, Client, Limit, Messages, Watch, faults};
use crate::error::{Error, Kind, Result};
use crate::escape::visible;
use crate::schema::descriptor::read;
use crate::schema::{Set, builtin};
use crate::wire::limits::{
    CALL_MESSAGE_MAX, REFLECTED_FILES_MAX, REFLECTED_LEN_MAX, REFLECTED_SERVICES_MAX,
};

/// The versions of the service, whose messages are the same on the wire.
const VERSIONS: [&str; 2] = ["grpc.reflection.v1", "grpc.reflection.v1alpha"];

/// What to do without reflection.
const NAME_IT: &str = "name its schema with `--proto FILE` or `--descriptor-set FILE`";

/// Whose messages they are.
const WHOSE: &str = "the server's reflection";

/// Files that are asked for at a time.
const AT_A_TIME: usize = 16;

/// The reflection of a server.
pub struct Reflection<'c> {
    client: &'c Client,
    /// Headers of the user: a server may let nobody in without.
    metadata: Metadata,
    /// Whether the command has an option for them.
    takes_headers: bool,
    /// How long an answer may take.
    within: Duration,
    /// The version that answered.
    version: Option<&'static str>,
    limit: Limit,
}

/// What is taken from a server's reflection.
pub struct Files {
    /// A serialized `FileDescriptorSet`.
    set: Vec<u8>,
    names: BTreeSet<String>,
    seen: BTreeSet<Vec<u8>>,
}

impl<'c> Reflection<'c> {
    /// Nothing is asked yet.
    pub fn new(client: &'c Client, metadata: Metadata) -> Self {
        let limit = Limit { bytes: CALL_MESSAGE_MAX, whose: WHOSE, mend: NAME_IT };
        let within = client.route.within;
        Reflection { client, metadata, takes_headers: true, within, version: None, limit }
    }

    /// The same for a command with an option for the bytes of a message. Those of
    /// a schema are seldom what it is given for: it makes them no fewer.
    pub fn accepting(self, max: Option<u64>) -> Self {
        let bytes = max.unwrap_or_default().max(CALL_MESSAGE_MAX);
        Reflection { limit: Limit { whose: WHOSE, ..Limit::given(bytes) }, ..self }
    }

    /// The same for a command that sends no headers.
    pub fn without_headers(self) -> Self {
        Reflection { takes_headers: false, ..self }
    }

    /// The same for what is worth waiting for so long and no longer.
    pub fn within(self, time: Duration) -> Self {
        Reflection { within: self.within.min(time), ..self }
    }

    /// The full names of the services, in the order of the alphabet.
    ///
    /// # Errors
    ///
    /// The server has no reflection, or what it tells is no list.
    pub fn services(&mut self) -> Result<Vec<String>> {
        let asked = self.ask(vec![Ask::ListServices(String::from("*"))])?;
        let mut names = BTreeSet::new();
        for told in asked {
            match told {
                Told::ListServicesResponse(list) => {
                    names.extend(list.service.into_iter().map(|service| service.name));
                }
                Told::ErrorResponse(error) => return Err(refused(&error)),
                _ => return Err(astray("the list of its services")),
            }
        }
        if names.len() > REFLECTED_SERVICES_MAX {
            return Err(Error::failure(format!("the server has {} services", names.len()))
                .hint(format!("at most {REFLECTED_SERVICES_MAX} are looked at")));
        }
        Ok(names.into_iter().collect())
    }

    /// Adds the file that declares `symbol`, a full name, and all that it
    /// imports. False if the server knows no such name.
    ///
    /// # Errors
    ///
    /// The server has no reflection, what it tells are no descriptors, or too
    /// many.
    pub fn add(&mut self, symbol: &str, files: &mut Files) -> Result<bool> {
        let asked = self.ask(vec![Ask::FileContainingSymbol(symbol.to_owned())])?;
        let mut wanted = VecDeque::new();
        for told in asked {
            match told {
                Told::FileDescriptorResponse(found) => {
                    for file in found.file_descriptor_proto {
                        files.take(file, &mut wanted)?;
                    }
                }
                Told::ErrorResponse(error) if error.error_code == i32::from(NOT_FOUND) => {
                    return Ok(false);
                }
                Told::ErrorResponse(error) => return Err(refused(&error)),
                _ => return Err(astray("a file")),
            }
        }
        let mut asked: BTreeSet<String> = BTreeSet::new();
        loop {
            let is_new = |name: &String| !files.names.contains(name);
            let mut names = Vec::new();
            while names.len() < AT_A_TIME {
                let Some(name) = wanted.pop_front() else { break };
                if is_new(&name) && asked.insert(name.clone()) {
                    names.push(Ask::FileByFilename(name));
                }
            }
            if names.is_empty() {
                return Ok(true);
            }
            for told in self.ask(names)? {
                // A file that is missing may be one that only options need; if
                // it is not, the schema says so.
                if let Told::FileDescriptorResponse(found) = told {
                    for file in found.file_descriptor_proto {
                        files.take(file, &mut wanted)?;
                    }
                }
            }
        }
    }

    /// Asks several things in one call; there is an answer for each.
    fn ask(&mut self, asks: Vec<Ask>) -> Result<Vec<Told>> {
        let count = asks.len();
        let host = self.client.link.authority.clone();
        let message = |ask| {
            let message_request = Some(ask);
            ServerReflectionRequest { host: host.clone(), message_request }.encode_to_vec()
        };
        let messages: Vec<Vec<u8>> = asks.into_iter().map(message).collect();
        let versions = match &self.version {
            Some(version) => std::slice::from_ref(version),
            None => &VERSIONS[..],
        };
        for version in versions {
            let mut told = Gathered { max: count, messages: Vec::new(), len: 0 };
            let status = self.call(version, messages.clone(), &mut told)?;
            if status.code == UNIMPLEMENTED && self.version.is_none() {
                continue;
            }
            if !status.is_ok() && told.messages.len() < count {
                return Err(self.refused(&status));
            }
            if told.messages.len() != count {
                return Err(astray("as many answers as it was asked for"));
            }
            self.version = Some(version);
            return Ok(told.messages);
        }
        Err(Error::failure(format!("the server {} has no reflection", self.client.server()))
            .hint(NAME_IT))
    }

    /// The server answered with a status. It is no call that the user made, and
    /// none of its exit status.
    #[cold]
    fn refused(&self, status: &Status) -> Error {
        let server = self.client.server();
        let what = format!("the server {server} does not tell its schema: {}", status.said());
        let error = Error::failure(what);
        let error = match status.code {
            UNAUTHENTICATED | PERMISSION_DENIED if self.takes_headers => {
                error.hint("it may want a header: `-H 'authorization: …'`")
            }
            _ => error,
        };
        error.hint(NAME_IT)
    }

    /// The time ran out.
    #[cold]
    fn too_late(&self) -> Error {
        let (server, time) = (self.client.server(), faults::time(self.within));
        Error::failure(format!("the server {server} did not tell its schema within {time}"))
            .hint(NAME_IT)
    }

    fn call(&self, version: &str, messages: Vec<Vec<u8>>, told: &mut dyn Watch) -> Result<Status> {
        let call = Call {
            path: format!("/{version}.ServerReflection/ServerReflectionInfo"),
            metadata: self.metadata.clone(),
            timeout: Some(self.within),
            limit: self.limit,
            watched: false,
        };
        let made = self.client.call(&call, Messages::Given(messages), told);
        made.map_err(|error| match error.kind() {
            Kind::Call(_) => self.too_late(),
            _ => error,
        })
    }
}

impl Files {
    /// None yet. The well-known ones are not asked for.
    ///
    /// # Errors
    ///
    /// None in a program that was built from this tree.
    pub fn start() -> Result<Files> {
        let names = builtin::well_known()?.into_iter().map(|file| file.name).collect();
        Ok(Files { set: Vec::new(), names, seen: BTreeSet::new() })
    }

    /// The set, with what errors call it.
    pub fn into_set(self, reflection: &Reflection<'_>) -> Set {
        let label = format!("the server {}", reflection.client.server());
        Set { bytes: self.set, label }
    }

    /// Takes a file, and notes what it imports.
    fn take(&mut self, file: Vec<u8>, wanted: &mut VecDeque<String>) -> Result<()> {
        if self.seen.contains(&file) {
            return Ok(());
        }
        let start = self.set.len();
        self.set.push(0x0a);
        // There is always room in memory.
        let _ = prost::encode_length_delimiter(file.len(), &mut self.set);
        self.set.extend_from_slice(&file);
        if self.set.len() > REFLECTED_LEN_MAX || self.names.len() >= REFLECTED_FILES_MAX {
            return Err(endless());
        }
        let read = read::set(&self.set[start..], false).map_err(|error| {
            error.hint("the server's reflection has told it, and it is no descriptor")
        })?;
        for file in read {
            wanted.extend(file.dependencies);
            self.names.insert(file.name);
        }
        self.seen.insert(file);
        Ok(())
    }
}

/// What a server tells, as it comes.
struct Gathered {
    max: usize,
    messages: Vec<Told>,
    /// The bytes of these.
    len: usize,
}

impl Watch for Gathered {
    fn request(&mut self, _: &[String]) {}

    fn headers(&mut self, _: &[String]) {}

    fn message(&mut self, message: Vec<u8>) -> Result<()> {
        if self.messages.len() == self.max {
            return Err(astray("as many answers as it was asked for"));
        }
        // Several wait here until the last is there, each as long as may be.
        self.len += message.len();
        if self.len > REFLECTED_LEN_MAX {
            return Err(endless());
        }
        let message = ServerReflectionResponse::decode(&*message)
            .map_err(|_| astray("an answer that can be read"))?;
        self.messages.push(message.message_response.ok_or_else(|| astray("an answer"))?);
        Ok(())
    }

    fn trailers(&mut self, _: &[String]) {}
}

#[cold]
fn endless() -> Error {
    let mib = REFLECTED_LEN_MAX >> 20;
    Error::failure("the schema that the server tells has no end")
        .hint(format!("at most {REFLECTED_FILES_MAX} files and {mib} MiB are taken"))
}

#[cold]
fn astray(what: &str) -> Error {
    Error::failure(format!("the server's reflection does not give {what}")).hint(NAME_IT)
}

#[cold]
fn refused(error: &tonic_reflection::pb::v1::ErrorResponse) -> Error {
    let (code, message) = (error.error_code, visible(&error.error_message));
    Error::failure(format!("the server's reflection fails with code {code}: {message}"))
        .hint(NAME_IT)
}
