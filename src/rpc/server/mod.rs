//! The server: who listens, who answers, and how it ends.
//!
//! - `listen`: the place where it listens.
//! - `accept`: takes connections in; `slots`: as many as can be;
//!   `connection`: each as far as its preface.
//! - `dispatch`: leads calls to who answers: `greeter`, `given` by
//!   `replies`, `reflection`, `health`; `refusal`: what they say of requests that
//!   they do not take.
//! - `log`: a line for each call.
//!
//! From the preface on, connections are those of tonic.

mod accept;
mod connection;
mod dispatch;
mod given;
mod greeter;
mod health;
mod listen;
mod log;
mod reflection;
mod refusal;
mod replies;
mod slots;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio_rustls::rustls::ServerConfig;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::error::{self, Error, Result};
use crate::rpc::address::Place;
use crate::schema::descriptor::services::{self, Service};
use crate::schema::index::Index;
use crate::schema::{Schema, builtin};
use crate::wire::limits::{ARRIVED_MAX, SERVED_HEADERS_MAX, SERVED_RESETS_MAX, SERVED_STREAMS_MAX};
use dispatch::{Dispatch, Main, Routes};
use given::Given;
use listen::Listener;
use reflection::{Offered, v1, v1alpha};

pub use log::Say;
pub use replies::Reply;

/// A client that says nothing for so long is asked whether it is there.
const ASK_AFTER: Duration = Duration::from_secs(30);

/// How long it may take to say that it is.
const ASK_FOR: Duration = Duration::from_secs(20);

/// What a server shows of itself to speak TLS.
pub type Tls = Arc<ServerConfig>;

/// What to serve.
pub struct Options<'o> {
    /// Where.
    pub place: Place,
    /// By TLS, or in plain.
    pub tls: Option<Tls>,
    /// The bytes of the largest message.
    pub max: usize,
    /// How long calls may go on after the end is asked for.
    pub drain: Duration,
    /// Whether each call is told.
    pub log: bool,
    /// Where lines go.
    pub say: Say,
    /// The services; the Greeter if there are none.
    pub given: Option<GivenServices<'o>>,
}

/// The services of a schema.
pub struct GivenServices<'o> {
    /// The schema.
    pub schema: &'o Schema,
    /// The sets that it was made from.
    pub sets: &'o [Vec<u8>],
    /// What the methods answer.
    pub replies: &'o [Reply],
}

/// Serves until a signal ends it.
///
/// # Errors
///
/// Replies that don't fit; a place that cannot be listened at.
pub fn run(options: &Options<'_>) -> Result<()> {
    let offered = Services::new(options)?;
    let runtime =
        Builder::new_multi_thread().enable_all().build().map_err(|error| failed(&error))?;
    let served = runtime.block_on(serve(options, offered));
    // What has not ended by now is not waited for.
    runtime.shutdown_background();
    served
}

/// What is served, before there is a runtime.
struct Services {
    main: Main,
    /// The services that it is for.
    served: Vec<Service>,
    /// Those, and what every server has.
    all: Vec<Service>,
    index: Index,
}

impl Services {
    fn new(options: &Options<'_>) -> Result<Self> {
        let builtin = [builtin::DESCRIPTOR_SET.to_vec()];
        let sets = options.given.as_ref().map_or(&builtin[..], |given| given.sets);
        let ours = [
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ];
        let of_ours = services::of_sets(ours)?;
        let mut served = services::of_sets(sets.iter().map(Vec::as_slice))?;
        served.retain(|new| of_ours.iter().all(|known| known.name != new.name));
        if served.is_empty() {
            return Err(Error::usage("the schema has no services")
                .hint("`hello serve` without a schema serves the Greeter"));
        }
        let main = match &options.given {
            None => Main::Greeter(greeter::Served::new(options.max)?),
            Some(given) => {
                Main::Given(Given::new(given.schema, &served, given.replies, options.max)?)
            }
        };
        let index = Index::new(sets.iter().map(Vec::as_slice).chain(ours))?;
        let mut all = [&served[..], &of_ours].concat();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Services { main, served, all, index })
    }

    /// Ready to be called.
    async fn routes(self, options: &Options<'_>, health: &HealthReporter) -> Routes {
        for service in &self.served {
            health.set_service_status(&service.name, ServingStatus::Serving).await;
        }
        let names = self.all.iter().map(|service| service.name.clone()).collect();
        let offered = Arc::new(Offered { index: self.index, services: names });
        let method = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let methods =
            |service: &Service| service.methods.iter().map(|it| method(&it.path)).collect();
        Routes {
            main: self.main,
            health: health::server(health.clone()),
            reflection: v1::server(Arc::clone(&offered)),
            reflection_alpha: v1alpha::server(offered),
            services: self.all.iter().map(|it| (it.name.clone(), methods(it))).collect(),
            max: options.max,
            log: options.log.then_some(options.say),
        }
    }
}

async fn serve(options: &Options<'_>, services: Services) -> Result<()> {
    // Before anybody is told that it listens, so that none comes too early.
    let mut ends = Ends::new()?;
    let listener = Listener::bind(&options.place)?;
    let tls = if options.tls.is_some() { " with TLS" } else { "" };
    (options.say)(&format!("listening on {}{tls}", listener.shown()));
    let mut health = HealthReporter::new();
    let names: Vec<String> = services.served.iter().map(|service| service.name.clone()).collect();
    let routes = Arc::new(services.routes(options, &health).await);
    let (stop, stopped) = watch::channel(());
    let (arrived, connections) = mpsc::channel(ARRIVED_MAX);
    let accepting =
        tokio::spawn(accept::accept(listener, options.tls.clone(), arrived, stopped.clone()));
    let mut served = tokio::spawn(server().serve_with_incoming_shutdown(
        Dispatch(routes),
        ReceiverStream::new(connections),
        until(stopped),
    ));
    tokio::select! {
        () = ends.next() => {}
        ended = &mut served => return Err(match ended {
            Ok(Err(error)) => failed(&error),
            _ => Error::failure("the server has ended by itself"),
        }),
    }
    // The listener goes at once, and with it the file of a socket.
    let _ = stop.send(());
    let _ = accepting.await;
    // Who waits to hear how the services are hears it, and waits no longer.
    for name in names.iter().map(String::as_str).chain([""]) {
        health.set_service_status(name, ServingStatus::NotServing).await;
        health.clear_service_status(name).await;
    }
    tokio::select! {
        _ = tokio::time::timeout(options.drain, &mut served) => {}
        // Whoever asks twice does not want to wait.
        () = ends.next() => {}
    }
    Ok(())
}

fn server() -> Server {
    Server::builder()
        .max_concurrent_streams(SERVED_STREAMS_MAX)
        .http2_max_pending_accept_reset_streams(Some(SERVED_RESETS_MAX))
        .http2_max_header_list_size(SERVED_HEADERS_MAX)
        .http2_keepalive_interval(Some(ASK_AFTER))
        .http2_keepalive_timeout(Some(ASK_FOR))
}

async fn until(mut stopped: watch::Receiver<()>) {
    // That nobody can say it any more is the end as well.
    let _ = stopped.changed().await;
}

/// The signals that end it.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    fn new() -> Result<Self> {
        let get = |kind| signal(kind).map_err(|error| failed(&error));
        Ok(Ends {
            interrupt: get(SignalKind::interrupt())?,
            terminate: get(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Error {
    let reason = error::lower(&error.to_string());
    Error::failure(format!("the server cannot run: {}", crate::escape::word(&reason)))
}
