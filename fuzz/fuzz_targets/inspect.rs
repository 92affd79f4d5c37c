//! Any bytes at all: each is in the view once, whatever the schema, and the
//! codec refuses them exactly where the view marks them.
#![no_main]

use std::sync::LazyLock;

use hello::codec::check;
use hello::inspect::{JsonLines, Overrules, view};
use hello::schema::{Compiled, Schema};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/common/view.rs"]
mod common_view;

/// Types with all that there is: lists, maps, oneofs, enums, packed numbers,
/// messages in themselves, extensions.
static TYPES: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let schema = Schema::well_known().expect("it is built in");
    let names = ["google.protobuf.FileDescriptorSet", "google.protobuf.Struct"];
    let compiled = |name| schema.compile(schema.message(name)?);
    names.into_iter().map(compiled).collect::<Result<_, _>>().expect("they compile")
});

fuzz_target!(|bytes: &[u8]| {
    common_view::is_lossless(None, bytes);
    for compiled in TYPES.iter() {
        let root = compiled.root();
        common_view::is_lossless(Some(root), bytes);
        let mut lines = JsonLines::new(std::io::sink());
        let none = Overrules::default();
        let outcome = view(Some(root), &none, bytes, 0, &mut lines).expect("a sink takes all");
        assert_eq!(outcome.faults == 0, check::decodes(root, bytes));
    }
});
