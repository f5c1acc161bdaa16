//! Connections: one address does not take them all, and the end does not wait for those who hold on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::time::{Duration, Instant};

use huiyin_testkit::sqlite_office;
use huiyin_web::{WebConfig, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Opens a connection and sends half of a request's head.
async fn half(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
    stream
}

/// Whether the other side closes within two seconds.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    matches!(tokio::time::timeout(Duration::from_secs(2), stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_all_connections_and_the_end_is_bounded() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    huiyin_demo::people(&t.office).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let site = router(t.office.clone(), WebConfig::default()).unwrap();
    let server = tokio::spawn(serve(listener, site, false, async move { drop(ended.await) }));
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(half(&address).await);
    }
    assert!(!is_closed(&mut held[199]).await, "the last one within the limit is held");
    assert!(is_closed(&mut half(&address).await).await, "one too many is closed at once");
    // A place that is given up is there for the next.
    held.truncate(100);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let page = reqwest::get(format!("http://{address}/healthz")).await.unwrap();
    assert_eq!(page.status(), 200);
    let before = Instant::now();
    end.send(()).unwrap();
    server.await.unwrap();
    assert!(before.elapsed() < Duration::from_secs(10), "ended after {:?}", before.elapsed());
}
