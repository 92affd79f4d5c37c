//! The names of a schema as a tree: packages, in them messages, in them
//! messages and enums.
//!
//! A name is looked for part by part. So what it costs does not grow with the
//! length of the scopes around it, which a hostile schema makes long.

use std::collections::BTreeMap;

use super::pool::Named;

/// The index of a scope in [`Scopes`]: a package, a message or an enum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ScopeId(u32);

/// All packages, messages and enums.
pub struct Scopes(Vec<Scope>);

/// There is one for every type, and few have something inside: so it is small.
struct Scope {
    outer: ScopeId,
    /// What it is: whether an enum, and its index; none for a package.
    named: Option<(bool, u32)>,
    #[expect(clippy::box_collection, reason = "a third of its size where nothing is inside")]
    inside: Option<Box<BTreeMap<Box<str>, ScopeId>>>,
}

impl Scope {
    fn new(outer: ScopeId) -> Self {
        Scope { outer, named: None, inside: None }
    }

    fn get(&self, part: &str) -> Option<ScopeId> {
        self.inside.as_ref()?.get(part).copied()
    }

    fn named(&self) -> Option<Named> {
        self.named.map(|(is_enum, index)| match is_enum {
            true => Named::Enum(index as usize),
            false => Named::Message(index as usize),
        })
    }
}

impl Scopes {
    /// What is outside of every package.
    pub const ROOT: ScopeId = ScopeId(0);

    /// The scope that stands for `part` in `outer`, made if it is not there.
    pub fn enter(&mut self, outer: ScopeId, part: &str) -> ScopeId {
        if let Some(scope) = self.scope(outer).get(part) {
            return scope;
        }
        let scope = ScopeId(self.0.len() as u32);
        self.0.push(Scope::new(outer));
        self.0[outer.0 as usize].inside.get_or_insert_default().insert(part.into(), scope);
        scope
    }

    /// Says what a scope is; `false` if it is something else already.
    pub fn declare(&mut self, scope: ScopeId, named: Named) -> bool {
        let named = match named {
            Named::Message(index) => (false, index as u32),
            Named::Enum(index) => (true, index as u32),
        };
        self.0[scope.0 as usize].named.replace(named).is_none()
    }

    /// What a full name, without a leading dot, stands for.
    pub fn named(&self, name: &str) -> Option<Named> {
        self.descend(Self::ROOT, name)
    }

    /// What `name`, written inside `scope`, stands for: with a leading dot it
    /// is full, else it is looked for in the innermost scope that has its
    /// first part, as protoc does.
    pub fn resolve(&self, name: &str, scope: ScopeId) -> Option<Named> {
        if let Some(full) = name.strip_prefix('.') {
            return self.named(full);
        }
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        let mut scope = scope;
        loop {
            if let Some(found) = self.scope(scope).get(first) {
                match (rest, self.scope(found).named()) {
                    (Some(rest), _) => return self.descend(found, rest),
                    (None, Some(named)) => return Some(named),
                    // A package of the name hides no type.
                    (None, None) => {}
                }
            }
            if scope == Self::ROOT {
                return None;
            }
            scope = self.scope(scope).outer;
        }
    }

    /// The scope of `part` inside another.
    pub fn inside(&self, scope: ScopeId, part: &str) -> Option<ScopeId> {
        self.scope(scope).get(part)
    }

    /// What a scope is, if it is a type.
    pub fn is(&self, scope: ScopeId) -> Option<Named> {
        self.scope(scope).named()
    }

    /// What a scope stands in.
    pub fn outer(&self, scope: ScopeId) -> ScopeId {
        self.scope(scope).outer
    }

    fn descend(&self, from: ScopeId, name: &str) -> Option<Named> {
        let mut scope = from;
        let mut rest = name;
        // Not `split`, which takes several times as long for parts of a few
        // letters: each field of a schema comes here.
        while let Some(dot) = rest.bytes().position(|byte| byte == b'.') {
            scope = self.scope(scope).get(&rest[..dot])?;
            rest = &rest[dot + 1..];
        }
        self.scope(self.scope(scope).get(rest)?).named()
    }

    fn scope(&self, id: ScopeId) -> &Scope {
        &self.0[id.0 as usize]
    }
}

impl Default for Scopes {
    fn default() -> Self {
        Scopes(vec![Scope::new(Self::ROOT)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_scope_with_the_first_part_counts() {
        let mut scopes = Scopes::default();
        let mut declare = |path: &str, named| {
            let scope = path.split('.').fold(Scopes::ROOT, |scope, part| scopes.enter(scope, part));
            assert!(scopes.declare(scope, named));
            scope
        };
        let outer = declare("p.M", Named::Message(0));
        let inner = declare("p.M.N", Named::Message(1));
        declare("p.q.X", Named::Message(2));
        declare("p.N", Named::Message(3));
        assert_eq!(scopes.named("p.M.N"), Some(Named::Message(1)));
        assert_eq!(scopes.named("p"), None);
        assert_eq!(scopes.resolve("N", inner), Some(Named::Message(1)));
        assert_eq!(scopes.resolve(".p.N", inner), Some(Named::Message(3)));
        assert_eq!(scopes.resolve("q.X", outer), Some(Named::Message(2)));
        assert_eq!(scopes.resolve("p.N", inner), Some(Named::Message(3)));
        assert_eq!(scopes.resolve("M.X", inner), None);
        assert_eq!(scopes.resolve("q", inner), None);
    }
}
