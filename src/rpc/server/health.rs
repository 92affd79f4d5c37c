//! Whether services are well: tonic's health, and what its protocol says of a
//! service that there is not.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio_stream::Stream;
use tonic::{Code, Request, Response, Status, async_trait};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_health::server::{HealthReporter, HealthService, WatchStream};

/// The service.
pub type Server = HealthServer<Watched>;

/// The service that tells what `reporter` is told.
pub fn server(reporter: HealthReporter) -> Server {
    HealthServer::new(Watched(HealthService::from_health_reporter(reporter)))
}

/// Tonic's, but for a service that is not known: to watch one is no failure.
pub struct Watched(HealthService);

#[async_trait]
impl Health for Watched {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        self.0.check(request).await
    }

    type WatchStream = Statuses;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Statuses>, Status> {
        match self.0.watch(request).await {
            Ok(response) => Ok(response.map(Statuses::Known)),
            Err(status) if status.code() == Code::NotFound => {
                let whole = HealthCheckRequest { service: String::new() };
                let whole = self.0.watch(Request::new(whole)).await?;
                Ok(whole.map(|whole| Statuses::Unknown { whole, is_told: false }))
            }
            Err(status) => Err(status),
        }
    }
}

/// How a service is, each time that it changes.
pub enum Statuses {
    /// One that there is.
    Known(WatchStream),
    /// One that there is not, nor ever will be: the stream stays for as long as that
    /// of the whole server does.
    Unknown {
        /// How the whole server is.
        whole: WatchStream,
        /// Whether it was said that there is no such service.
        is_told: bool,
    },
}

impl Stream for Statuses {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut *self {
            Statuses::Known(statuses) => Pin::new(statuses).poll_next(context),
            Statuses::Unknown { is_told, .. } if !*is_told => {
                *is_told = true;
                let status = ServingStatus::ServiceUnknown.into();
                Poll::Ready(Some(Ok(HealthCheckResponse { status })))
            }
            Statuses::Unknown { whole, .. } => {
                while ready!(Pin::new(&mut *whole).poll_next(context)).is_some() {}
                Poll::Ready(None)
            }
        }
    }
}
