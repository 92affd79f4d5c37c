//! A message to bytes and back, with the types that prost generates.
//!
//! `encode_to_vec` is what `SerializeToString` is in Python and C++, `decode`
//! what `ParseFromString` is. A program that knows its types when it is
//! compiled needs no more than this.
//!
//! ```sh
//! cargo run -q --example roundtrip
//! ```

use hello::schema::builtin::types::HelloRequest;
use prost::{DecodeError, Message};

fn main() -> Result<(), DecodeError> {
    let request = HelloRequest { name: "bobby".into() };

    let bytes = request.encode_to_vec();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("bytes: {hex}");

    let back = HelloRequest::decode(bytes.as_slice())?;
    println!("name: {}", back.name);
    assert_eq!(back, request);
    Ok(())
}
