//! The declarations of a file, and where each stands.

use std::collections::BTreeMap;

use super::field::group_name;
use super::message::MESSAGES;
use super::raw::{Field, File, Message};
use super::source::Dialect;
use super::top::FILE_MESSAGES;
use crate::error::Result;

/// Where a declaration of a file stands.
pub(super) struct Node<'a> {
    pub bytes: &'a [u8],
    /// The message around it, by its place among the nodes.
    pub parent: Option<usize>,
    /// Its place in its list.
    pub index: usize,
}

/// The declarations of a file, in the order of the pool.
#[derive(Default)]
pub(super) struct Nodes<'a> {
    pub messages: Vec<Node<'a>>,
    pub enums: Vec<Node<'a>>,
    pub extensions: Vec<Node<'a>>,
    /// The extensions that are written with the message of their group, and these
    /// messages: by their places.
    groups: BTreeMap<usize, usize>,
    /// The same the other way round.
    written: BTreeMap<usize, usize>,
}

impl<'a> Nodes<'a> {
    pub fn of(file: &File<'a>) -> Result<Self> {
        let mut nodes = Nodes::default();
        for (index, bytes) in file.messages.iter().enumerate() {
            nodes.message(bytes, index, None)?;
        }
        let top = |(index, bytes): (usize, &&'a [u8])| Node { bytes, parent: None, index };
        nodes.enums.extend(file.enums.iter().enumerate().map(top));
        nodes.extensions.extend(file.extensions.iter().enumerate().map(top));
        if Dialect::of(file) == Dialect::Proto2 {
            nodes.find_groups()?;
        }
        Ok(nodes)
    }

    /// Levels were counted when the schema was read.
    fn message(&mut self, bytes: &'a [u8], index: usize, parent: Option<usize>) -> Result<()> {
        let message = Message::read(bytes)?;
        let at = self.messages.len();
        self.messages.push(Node { bytes, parent, index });
        for (index, bytes) in message.messages.iter().enumerate() {
            self.message(bytes, index, Some(at))?;
        }
        let inside = |(index, bytes): (usize, &&'a [u8])| Node { bytes, parent: Some(at), index };
        self.enums.extend(message.enums.iter().enumerate().map(inside));
        self.extensions.extend(message.extensions.iter().enumerate().map(inside));
        Ok(())
    }

    /// A group stands beside its extension.
    fn find_groups(&mut self) -> Result<()> {
        let mut beside = BTreeMap::new();
        for (at, node) in self.messages.iter().enumerate() {
            beside.entry((node.parent, Message::read(node.bytes)?.name)).or_insert(at);
        }
        for (at, node) in self.extensions.iter().enumerate() {
            let field = Field::read(node.bytes)?;
            let message = group_name(&field).and_then(|name| beside.get(&(node.parent, name)));
            if let Some(&message) = message {
                self.groups.insert(at, message);
                self.written.insert(message, at);
            }
        }
        Ok(())
    }

    /// The message that an extension is written with, and its path.
    pub fn group_of(&self, extension: usize) -> Option<(&'a [u8], Vec<i32>)> {
        let node = &self.messages[*self.groups.get(&extension)?];
        Some((node.bytes, self.path(node, MESSAGES, FILE_MESSAGES)))
    }

    /// The extension that a message is written with.
    pub fn extension_of(&self, message: usize) -> Option<usize> {
        self.written.get(&message).copied()
    }

    /// The path of a node: `last` is the field of a message that it stands in,
    /// `top` that of the file.
    pub fn path(&self, node: &Node<'_>, last: i32, top: i32) -> Vec<i32> {
        let mut path = vec![node.index as i32];
        path.push(if node.parent.is_some() { last } else { top });
        let mut parent = node.parent;
        while let Some(at) = parent {
            let around = &self.messages[at];
            path.push(around.index as i32);
            path.push(if around.parent.is_some() { MESSAGES } else { FILE_MESSAGES });
            parent = around.parent;
        }
        path.reverse();
        path
    }
}
