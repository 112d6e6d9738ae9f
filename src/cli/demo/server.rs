//! A real S3 server inside this process: `s3s` over a temporary folder, on a free port of the loopback interface.
//!
//! The demo and the tests use it. It checks every signature, supports path-style URLs, and stops when it is dropped. It has
//! no virtual-hosted URLs, no TLS, and no persistence.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder as Connections;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The access key that the server accepts.
pub const ACCESS_KEY: &str = "TUCUXIDEMO";
/// The secret of the access key. It is valid only for a server in this process.
pub const SECRET_KEY: &str = "tucuxi-demo-secret";

/// A running server. Dropping it stops it and removes what it stored.
pub struct Server {
    address: SocketAddr,
    // The order matters: the server stops before its folder is removed.
    _runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server with an empty store.
    ///
    /// # Errors
    /// If there is no temporary folder or no free port.
    pub fn start() -> anyhow::Result<Server> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let service = service(folder.path())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).context("no free port on the loopback interface")?;
        let address = listener.local_addr()?;
        runtime.spawn(accept(listener, service));
        Ok(Server { address, _runtime: runtime, _folder: folder })
    }

    /// Returns the URL of the server: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn service(folder: &Path) -> anyhow::Result<S3Service> {
    let store = FileSystem::new(folder).map_err(|e| anyhow::anyhow!("the store cannot be opened: {e:?}"))?;
    let mut builder = S3ServiceBuilder::new(store);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    Ok(builder.build())
}

/// Serves every connection in its own task until the runtime ends.
async fn accept(listener: TcpListener, service: S3Service) {
    loop {
        // A connection that breaks before it is accepted concerns only its client.
        let Ok((socket, _)) = listener.accept().await else { continue };
        let service = service.clone();
        tokio::spawn(async move {
            // The client sees how the connection ended.
            let _ = Connections::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
