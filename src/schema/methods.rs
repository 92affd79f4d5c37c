//! Methods by their names, full or short.

use super::descriptor::services::{Method, Service};
use crate::error::{Error, Result, names};
use crate::escape::quote;

/// The built-in method.
const BUILT_IN: &str = "Greeter/SayHello";

/// Whether a word names the method of the built-in schema: in full, as it is
/// called. A shorter name may be that of another server's.
pub fn is_built_in(word: &str) -> bool {
    word.strip_prefix('/').unwrap_or(word) == BUILT_IN
}

/// What a word says: the service, if it does, and the method.
pub fn parts(word: &str) -> (Option<&str>, &str) {
    let word = word.trim_start_matches(['/', '.']);
    match word.rsplit_once('/').or_else(|| word.rsplit_once('.')) {
        Some((service, method)) => (Some(service), method),
        None => (None, word),
    }
}

/// Whether `name` is the full name, or its end behind a dot.
pub fn ends_with(full: &str, name: &str) -> bool {
    let rest = full.strip_suffix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Of the services that a name may mean: the one of exactly that name, or all
/// that end so.
pub fn meant<'n>(all: impl Iterator<Item = &'n str> + Clone, name: &str) -> Vec<&'n str> {
    match all.clone().find(|full| *full == name) {
        Some(full) => vec![full],
        None => all.filter(|full| ends_with(full, name)).collect(),
    }
}

/// The services of a schema, or of a server.
pub struct Listing<'l> {
    /// The services.
    pub services: &'l [Service],
    /// Whose they are: `the schema`, `the server`.
    pub whose: &'l str,
}

impl<'l> Listing<'l> {
    /// The method that is meant when none is named: the only one.
    ///
    /// # Errors
    ///
    /// There are several, or none.
    pub fn only(&self) -> Result<&'l Method> {
        let mut all = self.methods();
        match (all.next(), all.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(Error::usage(format!("{} has no methods", self.whose))),
            (Some(_), Some(_)) => {
                let all: Vec<&str> = self.names().collect();
                Err(Error::usage("no METHOD is given").hint(format!(
                    "{} has {}",
                    self.whose,
                    names::list(&all)
                )))
            }
        }
    }

    /// The method that a word names.
    ///
    /// # Errors
    ///
    /// There is none, or several: the error lists what there is.
    pub fn find(&self, word: &str) -> Result<&'l Method> {
        let (service, method) = parts(word);
        let Some(name) = service else { return self.by_method(method) };
        let services = self.services.iter().map(|service| service.name.as_str());
        match meant(services, name)[..] {
            [] => Err(self.no_service(name)),
            [full] => {
                let found = self.services.iter().find(|service| service.name == full);
                let found = found.ok_or_else(|| self.no_service(name))?;
                let methods = found.methods.iter().find(|known| known.name == method);
                methods.ok_or_else(|| no_method(found, method))
            }
            ref several => Err(ambiguous(name, "services", several)),
        }
    }

    fn by_method(&self, name: &str) -> Result<&'l Method> {
        let found: Vec<_> = self.methods().filter(|method| method.name == name).collect();
        match found[..] {
            [one] => Ok(one),
            [] => {
                let error = Error::usage(format!("{} has no method {}", self.whose, quote(name)));
                let all: Vec<&str> = self.names().collect();
                let short = all.iter().map(|full| parts(full).1);
                Err(error.hint(match names::nearest(name, short) {
                    None if all.is_empty() => String::from("it has none at all"),
                    Some(near) => format!("did you mean `{}`?", names::shown(near)),
                    None => names::hint(name, &all, "", "its methods are"),
                }))
            }
            _ => {
                let paths: Vec<&str> = found.iter().map(|method| &*method.path).collect();
                Err(ambiguous(name, "methods", &paths))
            }
        }
    }

    fn methods(&self) -> impl Iterator<Item = &'l Method> + use<'l> {
        self.services.iter().flat_map(|service| &service.methods)
    }

    /// The names of all methods as they are called.
    pub fn names(&self) -> impl Iterator<Item = &'l str> + use<'l> {
        self.methods().map(|method| &*method.path)
    }

    fn no_service(&self, name: &str) -> Error {
        let known: Vec<&str> = self.services.iter().map(|it| it.name.as_str()).collect();
        no_service(self.whose, name, &known)
    }
}

/// There is no service of a name.
#[cold]
pub fn no_service(whose: &str, name: &str, known: &[&str]) -> Error {
    let error = Error::usage(format!("{whose} has no service {}", quote(name)));
    match known {
        [] => error.hint("it has none at all"),
        _ => {
            let short = known.iter().map(|full| full.rsplit('.').next().unwrap_or(full));
            error.hint(match names::nearest(name, known.iter().copied().chain(short)) {
                Some(near) => format!("did you mean `{}`?", names::shown(near)),
                None => names::hint(name, known, "", "its services are"),
            })
        }
    }
}

/// A name is that of several.
#[cold]
pub fn ambiguous(name: &str, what: &str, several: &[&str]) -> Error {
    Error::usage(format!("{} is the name of several {what}", quote(name)))
        .hint(format!("say which: {}", names::list(several)))
}

#[cold]
fn no_method(service: &Service, name: &str) -> Error {
    let known: Vec<&str> = service.methods.iter().map(|method| method.name.as_str()).collect();
    let what = format!("{} has no method {}", names::shown(&service.name), quote(name));
    Error::usage(what).hint(match known[..] {
        [] => String::from("it has none at all"),
        _ => names::hint(name, &known, "", "its methods are"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(service: &str, methods: &[&str]) -> Service {
        let method = |name: &&str| Method {
            name: (*name).to_owned(),
            path: format!("{service}/{name}"),
            input: String::from("In"),
            output: String::from("Out"),
            client_streaming: false,
            server_streaming: false,
        };
        Service { name: service.to_owned(), methods: methods.iter().map(method).collect() }
    }

    fn found(word: &str) -> String {
        let services = [
            service("a.Cart", &["Get", "Put"]),
            service("b.Cart", &["Get"]),
            service("b.Sto", &["X"]),
            service("b.Empty", &[]),
        ];
        let listing = Listing { services: &services, whose: "the schema" };
        match listing.find(word) {
            Ok(method) => method.path.clone(),
            Err(error) => error.to_string().replace("error: ", "").replace("\nhint: ", "; "),
        }
    }

    #[test]
    fn a_method_is_found_by_its_name_or_the_end_of_it() {
        for word in ["a.Cart/Put", "/a.Cart/Put", "a.Cart.Put", "Put"] {
            assert_eq!(found(word), "a.Cart/Put");
        }
        assert_eq!(found("Sto/X"), "b.Sto/X");
    }

    #[test]
    fn what_is_not_found_is_told_with_what_there_is() {
        assert_eq!(
            found("Get"),
            "\"Get\" is the name of several methods; say which: a.Cart/Get and b.Cart/Get"
        );
        assert_eq!(
            found("Cart/Get"),
            "\"Cart\" is the name of several services; say which: a.Cart and b.Cart"
        );
        assert_eq!(found("a.Cart/Gett"), "a.Cart has no method \"Gett\"; did you mean `Get`?");
        assert_eq!(
            found("a.Kart/Get"),
            "the schema has no service \"a.Kart\"; did you mean `a.Cart`?"
        );
        assert_eq!(
            found("z/Get"),
            "the schema has no service \"z\"; its services are `a.Cart`, `b.Cart`, `b.Sto` and `b.Empty`"
        );
        assert_eq!(found("Empty/Get"), "b.Empty has no method \"Get\"; it has none at all");
        let listing = Listing { services: &[], whose: "the schema" };
        let error = listing.find("Get").expect_err("there is none").to_string();
        assert_eq!(error, "error: the schema has no method \"Get\"\nhint: it has none at all");
    }
}
