//! The services of a `FileDescriptorSet`. They are read on their own, by the
//! commands that are about them: the others shall not wait for it.

use std::collections::BTreeSet;

use super::read::{Part, each_field, whole};
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::schema::pool::check_name;

/// A `ServiceDescriptorProto`.
#[derive(Clone, Debug)]
pub struct Service {
    /// The full name.
    pub name: String,
    /// In the order of the file.
    pub methods: Vec<Method>,
}

/// A `MethodDescriptorProto`.
#[derive(Clone, Debug)]
pub struct Method {
    /// The simple name.
    pub name: String,
    /// The full name as it is called, `pkg.Service/Method`.
    pub path: String,
    /// The type of the requests, without a leading dot.
    pub input: String,
    /// The type of the answers, without a leading dot.
    pub output: String,
    /// Whether there may be many requests.
    pub client_streaming: bool,
    /// Whether there may be many answers.
    pub server_streaming: bool,
}

/// The services of a serialized `FileDescriptorSet`, in the order of the files.
///
/// # Errors
///
/// Bytes that are not such a set, names that are none, a service or a method
/// that is declared twice.
pub fn of_set(bytes: &[u8]) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    each_field(whole(bytes), |number, value| {
        if number == 1 {
            file(value.part()?, &mut services)?;
        }
        Ok(())
    })
    .map_err(|error| error.in_message("google.protobuf.FileDescriptorSet"))?;
    let mut names = BTreeSet::new();
    for service in &services {
        if !names.insert(service.name.as_str()) {
            return Err(twice("service", &service.name));
        }
    }
    Ok(services)
}

/// The services of several sets, each once: two sets may have the same file.
///
/// # Errors
///
/// As [`of_set`].
pub fn of_sets<'s>(sets: impl IntoIterator<Item = &'s [u8]>) -> Result<Vec<Service>> {
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for set in sets {
        let mut found = of_set(set)?;
        found.retain(|service| names.insert(service.name.clone()));
        all.extend(found);
    }
    Ok(all)
}

fn file(part: Part<'_>, services: &mut Vec<Service>) -> Result<()> {
    let mut package = String::new();
    let first = services.len();
    each_field(part, |number, value| {
        match number {
            2 => package = value.string()?,
            6 => services.push(service(value.part()?)?),
            _ => {}
        }
        Ok(())
    })?;
    if !package.is_empty() {
        package.split('.').try_for_each(check_name)?;
        package.push('.');
    }
    for service in &mut services[first..] {
        service.name.insert_str(0, &package);
        for method in &mut service.methods {
            method.path = format!("{}/{}", service.name, method.name);
        }
    }
    Ok(())
}

fn service(part: Part<'_>) -> Result<Service> {
    let mut service = Service { name: String::new(), methods: Vec::new() };
    each_field(part, |number, value| {
        match number {
            1 => service.name = value.string()?,
            2 => service.methods.push(method(value.part()?)?),
            _ => {}
        }
        Ok(())
    })?;
    check_name(&service.name)?;
    let mut names = BTreeSet::new();
    for method in &service.methods {
        if !names.insert(method.name.as_str()) {
            return Err(twice("method", &format!("{}.{}", service.name, method.name)));
        }
    }
    Ok(service)
}

fn method(part: Part<'_>) -> Result<Method> {
    let mut method = Method {
        name: String::new(),
        path: String::new(),
        input: String::new(),
        output: String::new(),
        client_streaming: false,
        server_streaming: false,
    };
    each_field(part, |number, value| {
        match number {
            1 => method.name = value.string()?,
            2 => method.input = type_name(&value.string()?)?,
            3 => method.output = type_name(&value.string()?)?,
            5 => method.client_streaming = value.int32()? != 0,
            6 => method.server_streaming = value.int32()? != 0,
            _ => {}
        }
        Ok(())
    })?;
    check_name(&method.name)?;
    Ok(method)
}

fn type_name(name: &str) -> Result<String> {
    let name = name.strip_prefix('.').unwrap_or(name);
    name.split('.').try_for_each(check_name)?;
    Ok(name.to_owned())
}

#[cold]
fn twice(what: &str, name: &str) -> Error {
    Error::failure(format!("the schema declares the {what} {} twice", quote(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::builtin;

    #[test]
    fn the_built_in_schema_has_the_greeter() {
        let services = of_set(builtin::DESCRIPTOR_SET).expect("it is read");
        let [greeter] = &services[..] else { panic!("{services:?}") };
        assert_eq!(greeter.name, "Greeter");
        let [method] = &greeter.methods[..] else { panic!("{greeter:?}") };
        assert_eq!((&*method.name, &*method.path), ("SayHello", "Greeter/SayHello"));
        assert_eq!(method.input, "HelloRequest");
        assert_eq!(method.output, "HelloResponse");
        assert!(!method.client_streaming && !method.server_streaming);
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        // A file with a service "a\x1b", and one with a service twice.
        assert!(of_set(b"\x0a\x06\x32\x04\x0a\x02a\x1b").is_err());
        assert!(of_set(b"\x0a\x05\x32\x03\x0a\x01a\x0a\x05\x32\x03\x0a\x01a").is_err());
    }
}
