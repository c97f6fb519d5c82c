//! When to stop: standard input closes (whoever started this is gone), Ctrl-C, or SIGTERM.

use std::io::{self, Read};
use std::thread;

use tokio::sync::oneshot;

/// Resolves at the first reason to stop.
pub async fn requested() {
    tokio::select! {
        () = standard_input_closed() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
}

async fn standard_input_closed() {
    let (closed, wait) = oneshot::channel();
    // A thread of its own: the runtime would wait for a blocking read when it shuts down.
    thread::spawn(move || {
        let mut buffer = [0; 256];
        while matches!(io::stdin().read(&mut buffer), Ok(1..)) {}
        let _ = closed.send(());
    });
    let _ = wait.await;
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
