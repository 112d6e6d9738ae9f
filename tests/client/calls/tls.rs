//! TLS with boto3's settings: certificate authorities, host names, and client certificates.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use tucuxi::{Client, Config, Credentials, Environment, ErrorKind, Proxies, Result, Session, Value, Verify, value};

use super::wire::response;

pub fn file(name: &str) -> String {
    format!("{}/tests/client/calls/certs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A server with a certificate for 127.0.0.1 from the test's own authority; it may require client certificates.
fn server(wants_certificate: bool) -> u16 {
    let certificate = |name: &str| CertificateDer::from_pem_file(file(name)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = if wants_certificate { builder.with_client_cert_verifier(verifier) } else { builder.with_no_client_auth() };
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = Arc::new(builder.with_single_cert(vec![certificate("server.pem")], key).unwrap());

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut reader = BufReader::new(StreamOwned::new(connection, stream));
            // A client that does not trust the server has closed the connection.
            let lines = (&mut reader).lines().map_while(std::result::Result::ok).take_while(|line| !line.is_empty()).count();
            if lines > 0 {
                let _ = reader.get_mut().write_all(&response(200, &[], "{}"));
                reader.get_mut().conn.send_close_notify();
                let _ = reader.get_mut().flush();
            }
        }
    });
    port
}

fn session() -> Session {
    Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret")).build().unwrap()
}

fn client(host: &str, port: u16, verify: impl Into<Verify>, config: Config) -> Client {
    let builder = session().client_builder("lambda").endpoint_url(format!("https://{host}:{port}")).verify(verify);
    builder.config(config.retries(value!({"total_max_attempts": 1}))).build().unwrap()
}

fn call(client: &Client) -> Result<Value> {
    client.call("list_functions", ())
}

#[test]
fn a_server_is_verified_by_its_authority_and_its_name() {
    let port = server(false);
    call(&client("127.0.0.1", port, file("ca.pem"), Config::new())).unwrap();
    for (host, verify) in
        [("127.0.0.1", Verify::from(true)), ("127.0.0.1", file("other-ca.pem").into()), ("localhost", file("ca.pem").into())]
    {
        let error = call(&client(host, port, verify.clone(), Config::new())).unwrap_err();
        println!("{host} {verify:?}: {error}");
        assert_eq!((error.kind(), error.name()), (ErrorKind::Tls, "SSLError"), "{error}");
        assert!(error.message().starts_with("SSL validation failed for https://"), "{error}");
    }
    for host in ["127.0.0.1", "localhost"] {
        call(&client(host, port, false, Config::new())).unwrap();
    }
}

#[test]
fn the_bundle_may_come_from_the_environment() {
    let port = server(false);
    for variable in ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] {
        let environment = Environment::from([(variable, file("ca.pem").as_str())]);
        let session = Session::builder().environment(environment).region("us-east-1").credentials(Credentials::new("key", "secret"));
        let client = session.build().unwrap().client_builder("lambda").endpoint_url(format!("https://127.0.0.1:{port}")).build().unwrap();
        call(&client).unwrap();
    }
}

#[test]
fn a_client_sends_its_certificate() {
    let port = server(true);
    let with = |chain: &str, key: &str| {
        let config = Config::new().client_cert_and_key(file(chain), file(key));
        call(&client("127.0.0.1", port, file("ca.pem"), config))
    };
    with("client.pem", "client.key").unwrap();
    let error = call(&client("127.0.0.1", port, file("ca.pem"), Config::new())).unwrap_err();
    // The server ends the handshake, which the client may notice only when it reads.
    assert!(matches!(error.kind(), ErrorKind::Tls | ErrorKind::ConnectionClosed), "without a certificate: {:?} {error}", error.kind());

    for (chain, key) in [("client.pem", "server.key"), ("client.key", "client.key"), ("client.pem", "client.pem"), ("client.pem", "none")] {
        let error = with(chain, key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{chain} {key}: {error}");
    }
}

/// A proxy that opens a tunnel to any target.
fn tunnels() -> u16 {
    tunnels_after("HTTP/1.1 200 Connection established\r\n\r\n")
}

/// A proxy that sends this response and opens a tunnel.
pub fn tunnels_after(response: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let lines: Vec<String> = (&mut reader).lines().map_while(std::result::Result::ok).take_while(|line| !line.is_empty()).collect();
            let Some(target) = lines.first().and_then(|line| line.strip_prefix("CONNECT ")?.split(' ').next()) else { continue };
            let Ok(there) = TcpStream::connect(target) else { continue };
            (&stream).write_all(response.as_bytes()).unwrap();
            let (mut from, mut to) = (there.try_clone().unwrap(), stream.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            std::thread::spawn(move || std::io::copy(&mut reader, &mut &there));
        }
    });
    port
}

#[test]
fn a_tunnel_encrypts_between_its_two_ends() {
    let (port, proxy) = (server(true), tunnels());
    let config = Config::new()
        .proxies(Proxies::for_https(format!("http://127.0.0.1:{proxy}")))
        .client_cert_and_key(file("client.pem"), file("client.key"));
    call(&client("127.0.0.1", port, file("ca.pem"), config.clone())).unwrap();
    let error = call(&client("127.0.0.1", port, true, config)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "the proxy cannot vouch for the target: {error}");
}

#[test]
fn a_proxy_has_its_own_authority_and_may_get_the_requests() {
    let proxy = format!("https://127.0.0.1:{}", server(true));
    let ask = |url: &str, options: Value| {
        let proxies = Proxies::all(proxy.as_str());
        let config = Config::new().proxies(proxies).proxies_config(options).retries(value!({"total_max_attempts": 1}));
        call(&session().client_builder("lambda").endpoint_url(url).config(config).build().unwrap())
    };
    let certificate = || value!([file("client.pem"), file("client.key")]);
    let trusted = value!({"proxy_ca_bundle": file("ca.pem"), "proxy_client_cert": certificate()});
    ask("http://target.invalid", trusted.clone()).unwrap();
    assert_eq!(ask("http://target.invalid", value!({"proxy_client_cert": certificate()})).unwrap_err().kind(), ErrorKind::Tls);

    // This proxy has no tunnels. It answers every request, also the one for a tunnel, and then speaks no TLS.
    let forwarding =
        value!({"proxy_ca_bundle": file("ca.pem"), "proxy_client_cert": certificate(), "proxy_use_forwarding_for_https": true});
    ask("https://target.invalid", forwarding).unwrap();
    let error = ask("https://target.invalid", trusted).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");

    let error = ask("http://target.invalid", value!({"proxy_ca_bundle": file("none.pem")})).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::InvalidConfig, "InvalidProxiesConfigError"), "{error}");
}

#[test]
fn the_secrets_of_connections_are_written_to_the_file_that_the_environment_names() {
    let folder = tempfile::tempdir().unwrap();
    let logged = |path: &str| {
        let environment = Environment::from([("SSLKEYLOGFILE", path)]);
        let session = Session::builder().environment(environment).region("us-east-1").credentials(Credentials::new("key", "secret"));
        let builder = session.build().unwrap().client_builder("lambda").endpoint_url(format!("https://127.0.0.1:{}", server(false)));
        call(&builder.verify(false).config(Config::new().total_max_attempts(1)).build().unwrap())
    };
    let path = folder.path().join("keys");
    for connections in 1..=2 {
        logged(path.to_str().unwrap()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let of_label = |label: &str| text.lines().filter(|line| line.split(' ').next() == Some(label)).count();
        // TLS 1.3 has one of these secrets per connection (RFC 8446, section 7.1).
        assert_eq!(
            (of_label("CLIENT_TRAFFIC_SECRET_0"), of_label("SERVER_HANDSHAKE_TRAFFIC_SECRET")),
            (connections, connections),
            "{text}"
        );
        for line in text.lines() {
            let [_, random, secret] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert!(random.len() == 64 && secret.len() >= 64, "{line}");
            assert!([random, secret].iter().all(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit())), "{line}");
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let error = logged(folder.path().join("no/keys").to_str().unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("no/keys (SSLKEYLOGFILE) cannot be opened"), "{error}");
    logged("").unwrap();
}
