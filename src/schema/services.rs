//! The services of a schema that are served: their methods by path, and how
//! these are found by name.

use super::descriptor::services;
use crate::error::{Error, Result, names};
use crate::escape::quote;

/// A service of a schema.
#[derive(Clone, Debug)]
pub struct Service {
    /// The full name.
    pub name: String,
    /// Its methods, in the order of the file.
    pub methods: Vec<Method>,
}

/// A method of a service.
#[derive(Clone, Debug)]
pub struct Method {
    /// The full name as gRPC has it, `pkg.Service/Method`.
    pub path: String,
    /// The full name of the type that it takes.
    pub input: String,
    /// The full name of the type that it answers with.
    pub output: String,
    /// Whether it takes many messages.
    pub client_streaming: bool,
    /// Whether it answers with many messages.
    pub server_streaming: bool,
}

/// The services of the files in a serialized `FileDescriptorSet`.
///
/// # Errors
///
/// As [`services::of_set`].
pub fn read(set: &[u8]) -> Result<Vec<Service>> {
    let with_paths = |service: services::Service| {
        let method = |method: services::Method| Method {
            path: format!("{}/{}", service.name, method.name),
            input: method.input,
            output: method.output,
            client_streaming: method.client_streaming,
            server_streaming: method.server_streaming,
        };
        let methods = service.methods.into_iter().map(method).collect();
        Service { name: service.name, methods }
    };
    Ok(services::of_set(set)?.into_iter().map(with_paths).collect())
}

/// The method that `name` means: in full, `pkg.Service/Method` or
/// `pkg.Service.Method`, or short where that is the end of one only.
///
/// # Errors
///
/// There is none of the name, or several.
pub fn find<'s>(services: &'s [Service], name: &str) -> Result<&'s Method> {
    let wanted = name.trim_start_matches('/').replace('/', ".");
    let all = || services.iter().flat_map(|service| &service.methods);
    if let Some(method) = all().find(|method| method.path.replace('/', ".") == wanted) {
        return Ok(method);
    }
    let end = format!(".{wanted}");
    let mut found: Vec<&Method> =
        all().filter(|method| method.path.replace('/', ".").ends_with(&end)).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(no_method(services, name)),
        _ => {
            let paths: Vec<&str> = found.iter().map(|method| &*method.path).collect();
            Err(Error::usage(format!("{} is the name of several methods", quote(name)))
                .hint(format!("say which: {}", names::list(&paths))))
        }
    }
}

#[cold]
fn no_method(services: &[Service], name: &str) -> Error {
    let paths: Vec<&str> =
        services.iter().flat_map(|service| &service.methods).map(|method| &*method.path).collect();
    let error = Error::usage(format!("the schema has no method {}", quote(name)));
    let short = paths.iter().flat_map(|path| {
        let method = path.rsplit('/').next().unwrap_or_default();
        let package = path.rsplit_once('.').map_or(0, |(package, _)| package.len() + 1);
        [method, &path[package..]]
    });
    error.hint(match names::nearest(name, paths.iter().copied().chain(short)) {
        Some(near) => format!("did you mean `{}`?", names::shown(near)),
        None if paths.is_empty() => String::from("its services have no methods"),
        None if paths.len() == 1 => format!("its only method is {}", names::list(&paths)),
        None => format!("its methods are {}", names::list(&paths)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(paths: &[&str]) -> Vec<Service> {
        let method = |path: &&str| Method {
            path: (*path).to_owned(),
            input: String::new(),
            output: String::new(),
            client_streaming: false,
            server_streaming: false,
        };
        vec![Service { name: String::new(), methods: paths.iter().map(method).collect() }]
    }

    #[test]
    fn the_greeter_is_read_from_the_built_in_set() {
        let services = read(super::super::builtin::DESCRIPTOR_SET).expect("it is a set");
        let [greeter] = &services[..] else { panic!("one service: {services:?}") };
        assert_eq!(greeter.name, "Greeter");
        let [method] = &greeter.methods[..] else { panic!("one method: {services:?}") };
        assert_eq!(method.path, "Greeter/SayHello");
        assert_eq!((&*method.input, &*method.output), ("HelloRequest", "HelloResponse"));
        assert!(!method.client_streaming && !method.server_streaming);
    }

    #[test]
    fn a_method_is_found_in_full_and_by_its_end() {
        let services = services(&["shop.Cart/Get", "shop.Cart/Put", "shop.Shelf/Get"]);
        for (name, path) in [
            ("shop.Cart/Get", "shop.Cart/Get"),
            ("/shop.Cart/Get", "shop.Cart/Get"),
            ("shop.Cart.Get", "shop.Cart/Get"),
            ("Shelf/Get", "shop.Shelf/Get"),
            ("Put", "shop.Cart/Put"),
        ] {
            assert_eq!(find(&services, name).expect(name).path, path);
        }
        for (name, what) in [
            ("Get", "\"Get\" is the name of several methods"),
            ("et", "the schema has no method \"et\""),
            ("", "the schema has no method \"\""),
        ] {
            assert_eq!(find(&services, name).expect_err(name).what(), what);
        }
        let error = find(&services, "Cart/Gett").expect_err("it is mistyped").to_string();
        assert!(error.contains("did you mean `Cart/Get`?"), "{error}");
    }
}
