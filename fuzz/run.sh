#!/bin/sh
# Fuzzes on the stable toolchain, without cargo-fuzz: sh fuzz/run.sh [OPTIONS OF LIBFUZZER]
#
# The compiler counts what the program reaches, as cargo-fuzz has it do; there
# is no sanitizer, which safe code has little need of. What is found goes into
# fuzz/corpus/inspect, and an input that fails into fuzz/artifacts/.
set -eu
cd "$(dirname "$0")"
host=$(rustc -vV | sed -n 's/^host: //p')
sancov="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
sancov="$sancov -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
sancov="$sancov -Cllvm-args=-sanitizer-coverage-pc-table"
sancov="$sancov -Cllvm-args=-sanitizer-coverage-trace-compares"
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 $sancov"
cargo build --release --target "$host"
mkdir -p corpus/inspect artifacts
exec "${CARGO_TARGET_DIR:-target}/$host/release/inspect" -artifact_prefix=artifacts/ -max_len=4096 "$@" corpus/inspect
