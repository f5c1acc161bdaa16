//! Taking connections: so many at once and from one place, heads and bodies that come in time, and an end that does not
//! wait for those who hold on.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use huiyin_app::sign_in::network;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

/// Connections at once; under the 1,024 files that a process usually may have open.
const CONNECTIONS: usize = 800;
/// Of these from one address, where visitors come straight.
const FROM_ONE: usize = 200;
/// How long the head of a request may take, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(20);
/// How long those who are being answered are waited for at the end.
const END: Duration = Duration::from_secs(8);

/// Connections held, by network.
#[derive(Debug, Default)]
struct Held(Mutex<HashMap<String, usize>>);

/// A place taken by a connection; given back when it ends.
struct Place {
    held: Arc<Held>,
    network: String,
    _one: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.held.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(n) = all.get_mut(&self.network) {
            *n -= 1;
            if *n == 0 {
                all.remove(&self.network);
            }
        }
    }
}

fn place(held: &Arc<Held>, all: &Arc<Semaphore>, address: IpAddr, most: usize) -> Option<Place> {
    let one = Arc::clone(all).try_acquire_owned().ok()?;
    let network = network(&address.to_string());
    let mut counts = held.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let n = counts.entry(network.clone()).or_default();
    if *n >= most {
        return None;
    }
    *n += 1;
    Some(Place { held: Arc::clone(held), network, _one: one })
}

/// Serves a site until `ended`, then at most eight seconds longer. Behind a proxy all come from one address, which has
/// no limit of its own.
pub async fn serve(listener: TcpListener, site: Router, behind_proxy: bool, ended: impl Future<Output = ()>) {
    let (held, all) = (Arc::new(Held::default()), Arc::new(Semaphore::new(CONNECTIONS)));
    let from_one = if behind_proxy { CONNECTIONS } else { FROM_ONE };
    let open = GracefulShutdown::new();
    let mut ended = std::pin::pin!(ended);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut ended => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // One too many is closed at once: it costs nothing, and those who are here are answered.
                if let Some(place) = place(&held, &all, peer.ip(), from_one) {
                    connection(stream, peer, site.clone(), &open, place);
                }
            }
            // No file left for another connection, or one that has gone already.
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(END, open.shutdown()).await.is_err() {
        tracing::warn!("connections that were still open were cut");
    }
}

fn connection(stream: TcpStream, peer: SocketAddr, site: Router, open: &GracefulShutdown, place: Place) {
    let _ = stream.set_nodelay(true);
    let site = site.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD).max_concurrent_streams(64);
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(site)).into_owned();
    let watched = open.watch(served);
    tokio::spawn(async move {
        // A connection that is cut is nobody's fault here.
        let _ = watched.await;
        drop(place);
    });
}
