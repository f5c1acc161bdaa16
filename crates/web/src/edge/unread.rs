//! Bodies that nobody read to their end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use http_body::{Frame, SizeHint};
use tokio::sync::oneshot;

/// Answers, after reading on at most so many bytes and so long what was left of the body, so that whoever is still
/// sending gets to read the answer: a connection that is closed in the middle shows a browser's own fault and not what
/// is wrong. Nothing of it is kept.
pub(crate) async fn read_on(request: Request, next: Next, most: usize, long: Duration) -> Response {
    let asks_first = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let (give, left) = oneshot::channel();
    let body = Handed { body: Some(body), begun: !asks_first, give: Some(give) };
    let response = next.run(Request::from_parts(parts, Body::new(body))).await;
    if let Ok(rest) = left.await {
        let all = async {
            let (mut rest, mut read) = (rest.into_data_stream(), 0);
            while let Some(Ok(piece)) = rest.next().await {
                read += piece.len();
                if read > most {
                    break;
                }
            }
        };
        // Whoever sends for longer than that is not waited for.
        let _ = tokio::time::timeout(long, all).await;
    }
    response
}

/// A body that hands on what nobody read of it.
struct Handed {
    body: Option<Body>,
    begun: bool,
    give: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Handed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.begun = true;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        if let (Some(body), Some(give)) =
            (self.body.take().filter(|b| self.begun && !b.is_end_stream()), self.give.take())
        {
            let _ = give.send(body);
        }
    }
}
