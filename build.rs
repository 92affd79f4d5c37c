//! Compiles `proto/` into prost types and the embedded descriptor sets, without
//! an installed `protoc`: protox compiles the files.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use protox::Compiler;
use protox::file::GoogleFileResolver;
use protox::prost::Message;
use protox::prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
};

/// The well-known types: protox carries them.
const WELL_KNOWN: [&str; 12] = [
    "google/protobuf/any.proto",
    "google/protobuf/api.proto",
    "google/protobuf/compiler/plugin.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is set by cargo")?);
    let set = protox::compile(["hello.proto"], ["proto"])?;
    fs::write(out.join("hello.binpb"), set.encode_to_vec())?;
    let mut config = prost_build::Config::new();
    #[cfg(feature = "grpc")]
    config.service_generator(
        tonic_prost_build::configure()
            .build_transport(false)
            .build_client(false)
            .service_generator(),
    );
    config.compile_fds(set)?;
    fs::write(out.join("well_known.binpb"), well_known()?.encode_to_vec())?;
    #[cfg(feature = "grpc")]
    fs::write(out.join("status.binpb"), status()?)?;
    Ok(())
}

/// The details of a status, without comments.
#[cfg(feature = "grpc")]
fn status() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut compiler = Compiler::new(["proto"])?;
    compiler.include_source_info(false).include_imports(true).open_file("status.proto")?;
    Ok(compiler.encode_file_descriptor_set())
}

/// The well-known types as protox carries them, with what they have gained.
fn well_known() -> Result<FileDescriptorSet, Box<dyn Error>> {
    let mut compiler = Compiler::with_file_resolver(GoogleFileResolver::new());
    compiler.include_source_info(false).include_imports(true).open_files(WELL_KNOWN)?;
    let mut set = FileDescriptorSet::decode(&*compiler.encode_file_descriptor_set())?;
    let mut additions = protox::compile(["descriptor_additions.proto"], ["proto"])?.file;
    let additions = additions.pop().ok_or("the additions are one file")?;
    let descriptor = set.file.iter_mut().find(|file| file.name().ends_with("/descriptor.proto"));
    let descriptor = descriptor.ok_or("protox carries descriptor.proto")?;
    merge_messages(&mut descriptor.message_type, additions.message_type);
    merge_enums(&mut descriptor.enum_type, additions.enum_type);
    Ok(set)
}

fn merge_messages(into: &mut Vec<DescriptorProto>, additions: Vec<DescriptorProto>) {
    for new in additions {
        match into.iter_mut().find(|old| old.name() == new.name()) {
            None => into.push(new),
            Some(old) => {
                old.field.extend(new.field);
                merge_messages(&mut old.nested_type, new.nested_type);
                merge_enums(&mut old.enum_type, new.enum_type);
                // A number that is a field now is reserved no longer.
                let taken: Vec<i32> = old.field.iter().map(FieldDescriptorProto::number).collect();
                old.reserved_range.retain(|range| {
                    !taken.iter().any(|number| (range.start()..range.end()).contains(number))
                });
            }
        }
    }
}

fn merge_enums(into: &mut Vec<EnumDescriptorProto>, additions: Vec<EnumDescriptorProto>) {
    for new in additions {
        match into.iter_mut().find(|old| old.name() == new.name()) {
            None => into.push(new),
            Some(old) => {
                for value in new.value {
                    match old.value.iter_mut().find(|known| known.name() == value.name()) {
                        Some(known) => known.number = value.number,
                        None => old.value.push(value),
                    }
                }
            }
        }
    }
}
