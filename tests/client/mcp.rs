//! `tucuxi mcp`: driven by the client of the package `mcp` (installed by pip under `target/`) against a moto server, and by
//! single messages.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value as Json, json};

use crate::moto::Moto;
use crate::python::with_mcp;

fn tucuxi(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
    command.arg("mcp").args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_DEFAULT_REGION", "us-east-1");
    command
}

#[test]
fn a_client_searches_describes_and_calls_operations() {
    let moto = Moto::start("mcp");
    let s3 = moto.client("s3");
    s3.call("create_bucket", tucuxi::value!({"Bucket": "river"})).unwrap();
    let put = |key: String, body: &[u8]| s3.call("put_object", tucuxi::value!({"Bucket": "river", "Key": key, "Body": body})).unwrap();
    for i in 0..41 {
        put(format!("key-{i:03}"), b"x");
    }
    put("text".to_owned(), b"abcdefghij");
    put("z-binary".to_owned(), &[0xff, 0]);
    let client = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/mcp/client.py");
    let output = Command::new(with_mcp()).arg(client).arg(env!("CARGO_BIN_EXE_tucuxi")).arg(moto.url()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.lines().filter(|line| line.starts_with("canceled after")).count(), 4, "{text}");
}

/// Sends lines to the server and returns its lines.
fn exchange(lines: &[Json]) -> Vec<Json> {
    let mut server = tucuxi(&[]).spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    for line in lines {
        match line {
            Json::String(text) => writeln!(input, "{text}").unwrap(),
            line => writeln!(input, "{line}").unwrap(),
        }
    }
    drop(input);
    let output = server.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(id: i64, method: &str, params: Json) -> Json {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

#[test]
fn versions_are_negotiated_and_messages_are_checked() {
    let modern =
        json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}});
    let future =
        json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01", "io.modelcontextprotocol/clientCapabilities": {}}});
    let answers = exchange(&[
        request(1, "initialize", json!({"protocolVersion": "2024-11-05"})),
        request(2, "initialize", json!({"protocolVersion": "1999-01-01"})),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        request(3, "ping", json!({})),
        request(4, "resources/list", json!({})),
        request(5, "server/discover", modern.clone()),
        request(6, "tools/list", modern),
        request(7, "tools/list", future),
        json!("{not json"),
        json!({"id": 8, "method": "ping"}),
        request(9, "tools/call", json!({"name": "search_service"})),
    ]);
    assert_eq!(answers[0]["result"]["protocolVersion"], "2024-11-05");
    assert_eq!(answers[1]["result"]["protocolVersion"], "2025-11-25");
    assert_eq!(answers[2], json!({"jsonrpc": "2.0", "id": 3, "result": {}}));
    assert_eq!(answers[3]["error"]["code"], -32601);
    assert_eq!(answers[4]["result"]["supportedVersions"][0], "2026-07-28");
    assert_eq!(
        (&answers[5]["result"]["resultType"], &answers[5]["result"]["tools"][0]["name"]),
        (&json!("complete"), &json!("search_services"))
    );
    assert_eq!((&answers[6]["error"]["code"], &answers[6]["error"]["data"]["requested"]), (&json!(-32022), &json!("2099-01-01")));
    assert_eq!((&answers[7]["id"], &answers[7]["error"]["code"]), (&Json::Null, &json!(-32700)));
    assert_eq!((&answers[8]["id"], &answers[8]["error"]["code"]), (&json!(8), &json!(-32600)));
    assert_eq!((&answers[9]["id"], &answers[9]["error"]["message"]), (&json!(9), &json!("Unknown tool: search_service")));
}

/// A server that ends with the test.
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let mut process = tucuxi(&[&["--http", "127.0.0.1:0"], arguments].concat()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().trim().trim_end_matches("/mcp").to_owned();
        Server { process, address }
    }

    /// The status, the head, and the body of the response to a request.
    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let has_host = headers.iter().any(|header| header.starts_with("Host:"));
        let host = if has_host { String::new() } else { format!("Host: {}\r\n", self.address) };
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
    }

    fn post(&self, headers: &[&str], body: &Json) -> (u16, String, String) {
        self.send("POST", "/mcp", &[&["Content-Type: application/json"], headers].concat(), &body.to_string())
    }
}

#[test]
fn requests_over_http_are_checked() {
    let server = Server::start(&["--allow-origin", "https://agents.example"]);
    let initialize = request(1, "initialize", json!({"protocolVersion": "2025-11-25"}));
    for (headers, status) in [
        (&["Host: evil.example"][..], 403),
        (&["Origin: http://evil.example"], 403),
        (&["Origin: null"], 403),
        (&["Origin: http://localhost:3000"], 200),
        (&["Origin: https://agents.example"], 200),
        (&["MCP-Protocol-Version: banana"], 400),
        (&["Accept: text/html"], 406),
    ] {
        assert_eq!(server.post(headers, &initialize).0, status, "{headers:?}");
    }
    assert_eq!(server.send("POST", "/mcp", &["Content-Type: text/plain"], &initialize.to_string()).0, 415);
    assert_eq!(server.send("POST", "/mcp", &["Content-Type: application/json"], "{").0, 400);
    assert_eq!(server.send("POST", "/other", &["Content-Type: application/json"], "{}").0, 404);
    assert_eq!(server.send("GET", "/mcp", &[], "").0, 405);
    assert_eq!(server.send("OPTIONS", "/mcp", &["Origin: http://localhost"], "").0, 405);

    let list = request(2, "tools/list", json!({}));
    assert_eq!(server.post(&[], &list).0, 400, "a session is required");
    assert_eq!(server.post(&["Mcp-Session-Id: guessed"], &list).0, 404);
    let (_, head, _) = server.post(&[], &initialize);
    let session = head.lines().find(|line| line.starts_with("Mcp-Session-Id: ")).unwrap();
    let (status, _, body) = server.post(&[session, "MCP-Protocol-Version: 2025-11-25"], &list);
    assert_eq!((status, body.contains("search_operations")), (200, true));
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(server.post(&[session], &initialized).0, 202);
    assert_eq!(server.send("DELETE", "/mcp", &[session], "").0, 204);
    assert_eq!(server.post(&[session], &list).0, 404, "the session has ended");

    let meta =
        json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}});
    let (modern, version) = (request(3, "tools/list", meta.clone()), "MCP-Protocol-Version: 2026-07-28");
    assert_eq!(server.post(&[version, "Mcp-Method: tools/list"], &modern).0, 200);
    let (status, _, body) = server.post(&[version, "Mcp-Method: tools/call"], &modern);
    assert_eq!((status, body.contains("-32020")), (400, true), "{body}");
    assert_eq!(server.post(&[version, "Mcp-Method: nothing"], &request(4, "nothing", meta)).0, 404);
}

#[test]
fn only_the_loopback_interface_is_served() {
    let output = tucuxi(&["--http", "0.0.0.0:0"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("only addresses of the loopback interface are served"), "{output:?}");
    let output = tucuxi(&["--deny", "dynamobd:*"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("Did you mean dynamodb"), "{output:?}");
}
