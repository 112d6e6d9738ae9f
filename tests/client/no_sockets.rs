//! Creating sessions and clients opens no connection to a service, a metadata service, or a proxy.
//!
//! A child process creates a session with `Session::new()` and a client for every service. Its environment directs
//! every possible call to one server, which counts the connections; the process also counts its sockets. A second run
//! makes one call, to prove that the server counts.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::process;
use tucuxi::Session;

/// How many calls the child process makes: `none` or `one`.
const CALLS: &str = "TUCUXI_NO_SOCKETS_CALLS";

#[test]
fn creating_sessions_and_clients_opens_no_connection() {
    if process::is_child() {
        return in_child();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    thread::spawn(move || {
        for _ in listener.incoming() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });

    let run = |calls: &str| {
        let home = tempfile::tempdir().unwrap();
        let mut child = process::child(creating_sessions_and_clients_opens_no_connection);
        child.env(CALLS, calls).env("HOME", home.path()).env("AWS_DEFAULT_REGION", "us-west-2").env("AWS_DEFAULTS_MODE", "auto");
        child.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url);
        for name in ["AWS_ENDPOINT_URL", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
            child.env(name, &url);
        }
        (process::run(child), count.load(Ordering::SeqCst))
    };
    let (text, connections) = run("none");
    assert!(text.contains("clients, 0 sockets"), "{text}");
    assert_eq!(connections, 0);
    assert!(run("one").1 > 0, "a call must be seen");
}

fn in_child() {
    let session = Session::new().unwrap();
    let services = session.available_services();
    let clients: Vec<_> = services.iter().map(|service| session.client(service).unwrap()).collect();
    for resource in session.available_resources() {
        session.resource(&resource).unwrap();
    }
    println!("{} clients, {} sockets", clients.len(), sockets());
    if std::env::var(CALLS).is_ok_and(|calls| calls == "one") {
        let sts = clients.iter().find(|client| client.service().name() == "sts").unwrap();
        sts.call("get_caller_identity", ()).unwrap_err();
    }
}

/// How many open files of this process are sockets.
#[cfg(target_os = "linux")]
fn sockets() -> usize {
    let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    files.filter_map(|file| std::fs::read_link(file.path()).ok()).filter(|file| file.to_string_lossy().starts_with("socket:")).count()
}

/// Other systems rely on the server's count.
#[cfg(not(target_os = "linux"))]
fn sockets() -> usize {
    0
}
