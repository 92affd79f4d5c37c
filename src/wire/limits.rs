//! Every limit on what is read and kept, and where each comes from. (How much
//! of it a message shows is decided where it is shown.)

/// The largest field number: a tag is a `uint32` of which the wire type takes
/// 3 bits.
pub const FIELD_NUMBER_MAX: u32 = (1 << 29) - 1;

/// The largest number of an extension of a MessageSet, whose number is a value.
pub const MESSAGE_SET_NUMBER_MAX: u32 = (1 << 31) - 1;

/// The bytes of the longest varint: 64 bits, 7 to a byte.
pub const VARINT_LEN_MAX: usize = 10;

/// The bytes of the longest tag: 32 bits, 7 to a byte. The official
/// implementations that share upb or the C++ parser stop there as well, so a
/// tag padded to 6 bytes is malformed.
pub const TAG_LEN_MAX: usize = 5;

/// The bytes of the longest length: 31 bits, 7 to a byte. Padded beyond it, a
/// length is malformed, as it is for the official implementations.
pub const LENGTH_LEN_MAX: usize = 5;

/// The largest length of a field and of a whole message, 2 GiB - 1: lengths
/// are `int32` in the official implementations.
pub const MESSAGE_LEN_MAX: u64 = (1 << 31) - 1;

/// The levels of messages, groups and map entries that are accepted one inside
/// another, the outermost message not counted: the default of the official
/// implementations.
pub const DEPTH_MAX: u32 = 100;

/// The levels to which text output tries to read an unknown field as a
/// message; deeper ones are shown as a string. Each level reads its bytes
/// again, so it bounds the time too. `protoc --decode_raw` has the same figure.
pub const UNKNOWN_NEST_MAX: u32 = 10;

/// The lines of warnings in one run, the closing one with the counts included.
pub const WARNING_LINES_MAX: usize = 20;

/// The different warnings that are counted apart in one run: what a hostile
/// input of ever new field numbers can make the program remember.
pub const WARNING_KINDS_MAX: usize = 64;

/// The bytes asked of the input at a time.
pub const READ_LEN: usize = 128 << 10;

/// Where in memory of its own that much is read to: half a page beyond a page. The system
/// copies from the start of a page, and allocators give memory 16 bytes behind one. Where
/// bytes go to a place in a page that is so little further than where they come from, each
/// load waits for a store: it takes four times as long.
pub const READ_PLACE: usize = (4 << 10) + (2 << 10);

/// A record of so many bytes goes straight into the output: to have it in other
/// memory first would double what it takes.
pub const LARGE_LEN: usize = 64 << 10;

/// The bytes of output that a stream gathers before it writes them.
pub const WRITE_LEN: usize = 64 << 10;

/// The bytes of a single message from which on types are made ready for the quick
/// path: for those of descriptors that takes as long as it saves on 12 KB, and
/// other schemas have more types.
pub const QUICK_LEN: usize = 64 << 10;

/// The bytes of a read that show that more is waiting: half of what a pipe
/// holds on Linux.
pub const MUCH_LEN: usize = 32 << 10;

/// The bytes of a stream that are converted before threads are started, which
/// takes as long as converting some of these.
pub const ALONE_LEN: u64 = 256 << 10;

/// The threads that convert a stream: what one thread can read, cut and write
/// keeps no more busy.
pub const THREADS_MAX: usize = 8;

/// The parts of a stream that are on their way at a time, for each thread: one
/// that it converts, and three that wait. The reader fills half of them at a
/// time, and has as long as the other half takes to be woken.
pub const PARTS_PER_THREAD: usize = 4;

/// The bytes of a part that a thread converts. A larger one has a large record,
/// of which two at a time with their output would not fit in the memory that
/// a stream may take.
pub const PART_LEN_MAX: usize = 2 * READ_LEN;

/// The parts of a stream that are on their way at a time, in all.
pub const PARTS_MAX: usize = 16;

/// The output at which a thread stops in the middle of a part, and leaves the rest
/// until it is written: of a few bytes a type with many fields can make as much as
/// it likes.
pub const PART_OUT_MAX: usize = 512 << 10;

/// The memory of a part that is kept for the next one.
pub const SPARE_LEN_MAX: usize = 1 << 20;

/// The broken records of a part that are kept to be told; a thread stops there,
/// and the rest of the part is converted when it is its turn.
pub const PART_BROKEN_MAX: usize = 64;

/// The brackets that may stand open one inside another in a `.proto` file.
/// protoc takes 32 levels of messages; the value of an option can be a message
/// of [`DEPTH_MAX`] levels, each in a list.
pub const SOURCE_NEST_MAX: usize = 32 + 2 * DEPTH_MAX as usize;

/// The files in the longest chain of imports that leads from a `.proto` file:
/// some hundred in the largest trees, and each takes room on the stack.
pub const IMPORT_DEPTH_MAX: usize = 1000;

/// The files, counted for each file that sees them, that public imports pass
/// on: each file keeps a list of those that it sees.
pub const PUBLIC_IMPORTS_MAX: usize = 100_000;

/// The parts of a package: what protoc takes. With messages nested at most
/// [`DEPTH_MAX`] deep it bounds the scopes that a name is looked for in.
pub const PACKAGE_PARTS_MAX: usize = 101;

/// The bytes of the full names of a schema, all together, are at most
/// [`NAMES_RATIO_MAX`] for each byte of its descriptors and [`NAMES_FREE`]
/// more. Each type has the names of all that it stands in, so that a long one
/// outside makes many long ones inside; real schemas stay below 3.
pub const NAMES_RATIO_MAX: usize = 4;

/// See [`NAMES_RATIO_MAX`].
pub const NAMES_FREE: usize = 4 << 20;

/// The same for a `.proto` file, for each byte of its text: protox keeps a full
/// name for every field and every value of an enum too.
pub const SOURCE_NAMES_RATIO_MAX: usize = 16;

/// A gzipped descriptor set unpacks to at most this many bytes for each of its
/// own, and [`GZIP_FREE`] more. Descriptors of real schemas come to 3 to 10,
/// gzip goes up to 1000.
pub const GZIP_RATIO_MAX: u64 = 32;

/// See [`GZIP_RATIO_MAX`].
pub const GZIP_FREE: u64 = 8 << 20;

/// The bytes before a message of a call: whether it is packed, and its length.
pub const GRPC_HEAD_LEN: usize = 5;

/// The bytes of a message of a call that are accepted unless told otherwise:
/// what the official clients accept.
pub const CALL_MESSAGE_MAX: u64 = 4 << 20;

/// The bytes of the headers or the trailers of an answer: 16 KiB is what
/// clients take by default, and details of a status can be longer.
pub const CALL_HEADERS_MAX: u32 = 64 << 10;

/// The unary calls of `--stream` that are in flight at a time: enough that a
/// round trip of a network is filled, few enough that what was sent behind a
/// failure is little.
pub const CALLS_IN_FLIGHT: usize = 32;

/// How often a request is sent again that a connection has not begun with: where each
/// begins with one only, the last of those in flight is sent so often.
pub const RESENT_MAX: usize = CALLS_IN_FLIGHT;

/// The bytes of an answer that a server may send before they are read: what fills
/// a gigabit a second over 8 ms. A connection has as many for each call in flight.
pub const CALL_WINDOW: u32 = 1 << 20;

/// The bytes of the answers of a call that wait until those of the calls before it
/// were told; one message may be longer.
pub const ANSWERS_AHEAD: usize = 256 << 10;

/// The requests that are read ahead of what the server takes.
pub const REQUESTS_AHEAD: usize = 16;

/// The files that are taken from a server's reflection; a service of the largest
/// public tree leads to some hundreds.
pub const REFLECTED_FILES_MAX: usize = 5_000;

/// The bytes of these files, all together.
pub const REFLECTED_LEN_MAX: usize = 64 << 20;

/// The services of a server that are looked at.
pub const REFLECTED_SERVICES_MAX: usize = 5_000;

/// The lines of the details of a status that are shown.
pub const DETAIL_LINES_MAX: usize = 60;

/// The streams that a client of `hello serve` may have open on a connection.
pub const SERVED_STREAMS_MAX: u32 = 100;

/// The streams that a client may have reset before they were looked at: as many
/// as it may have open. One that resets more is sent away.
pub const SERVED_RESETS_MAX: usize = SERVED_STREAMS_MAX as usize;

/// The bytes of the headers of a call that is served, as HTTP/2 counts them: what
/// hyper takes, and twice what gRPC clients send at most.
pub const SERVED_HEADERS_MAX: u32 = 16 << 10;

/// Connections that have arrived, and that nobody serves yet.
pub const ARRIVED_MAX: usize = 64;

/// The most connections, however many descriptors there may be: each costs
/// some tens of kilobytes.
pub const CONNECTIONS_MAX: u64 = 10_000;

/// Descriptors that are no connections: the standard three, the listener,
/// what the runtime and its signals take, and some that are being closed.
pub const DESCRIPTORS_OF_OURS: u64 = 32;

/// The text that `describe` makes of a schema has at most this many bytes for
/// each of its descriptors, and [`SOURCE_TEXT_FREE`] more. An option of a few
/// bytes may have a name of any length; real schemas come to 3.
pub const SOURCE_TEXT_RATIO_MAX: usize = 64;

/// See [`SOURCE_TEXT_RATIO_MAX`].
pub const SOURCE_TEXT_FREE: usize = 4 << 20;

/// The messages that the skeleton of a type shows one inside another; what is
/// deeper is hardly filled in by hand.
pub const SKELETON_DEPTH_MAX: usize = 6;

/// The fields after which a skeleton opens no further message: types that lead
/// to many others would make one of millions of lines.
pub const SKELETON_FIELDS_MAX: usize = 1000;
