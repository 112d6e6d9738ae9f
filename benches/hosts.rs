//! What a binding costs: CPU time of the calling thread for a small DynamoDB call through the Rust API, the bridge, C, and Lua, against a
//! server on the loopback interface.
//!
//! ```sh
//! cargo bench --features capi,lua --bench hosts
//! ```

use std::ffi::{CString, c_char, c_void};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{fs, ptr, thread};

use tucuxi::host::bridge::{Answer, Object, Settings};
use tucuxi::host::lua;
use tucuxi::{Client, Credentials, Environment, Map, Session, value};

const CALLS: u32 = 3000;
const ROUNDS: usize = 7;
const PARAMS: &str =
    r#"{"TableName": "boats", "Key": {"pk": {"S": "customer#7"}, "sk": {"S": "order#2025-11-08"}}, "ConsistentRead": true}"#;
const ITEM: &str = r#"{"Item": {"pk": {"S": "customer#7"}, "sk": {"S": "order#2025-11-08"}, "total": {"N": "129.90"}, "paid": {"BOOL": true},
    "tags": {"SS": ["new", "gift"]}, "address": {"M": {"city": {"S": "Manaus"}, "zip": {"S": "69000"}, "country": {"S": "BR"}}}}}"#;

/// The functions of `tucuxi.h` that the bench uses; all types are opaque.
mod capi {
    use super::{c_char, c_void};

    unsafe extern "C" {
        pub fn tucuxi_session_new(options: *const c_void, error: *mut c_void) -> *mut c_void;
        pub fn tucuxi_session_client(
            session: *const c_void,
            service: *const c_char,
            options: *const c_void,
            error: *mut c_void,
        ) -> *mut c_void;
        pub fn tucuxi_call(
            object: *const c_void,
            name: *const c_char,
            params: *const c_void,
            settings: *mut c_void,
            error: *mut c_void,
        ) -> *mut c_void;
        pub fn tucuxi_value_from_json(json: *const c_char, error: *mut c_void) -> *mut c_void;
        pub fn tucuxi_value_get(value: *const c_void, key: *const c_char) -> *const c_void;
        pub fn tucuxi_value_length(value: *const c_void) -> usize;
        pub fn tucuxi_value_free(value: *mut c_void);
    }
}

fn main() {
    let url = server();
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    let session = session.credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    let client = session.client_builder("dynamodb").endpoint_url(&url).build().unwrap();
    let mut subjects = [("Rust", rust(&client)), ("bridge", bridge(&client)), ("C", c(&url)), ("Lua", in_lua(session, &url))];
    // The lowest of some rounds: others use the machine too.
    let mut lowest = vec![f64::INFINITY; subjects.len()];
    for _ in 0..ROUNDS {
        for ((_, run), lowest) in subjects.iter_mut().zip(&mut lowest) {
            let start = cpu_nanoseconds();
            run();
            *lowest = lowest.min((cpu_nanoseconds() - start) as f64 / 1000.0 / f64::from(CALLS));
        }
    }
    for ((name, _), time) in subjects.iter().zip(&lowest) {
        println!("{name:8} {time:7.1} µs of CPU per call  {:+5.1} %", (time / lowest[0] - 1.0) * 100.0);
    }
}

fn rust(client: &Client) -> Box<dyn FnMut()> {
    let client = client.clone();
    Box::new(move || {
        for _ in 0..CALLS {
            let params =
                value!({"TableName": "boats", "Key": {"pk": {"S": "customer#7"}, "sk": {"S": "order#2025-11-08"}}, "ConsistentRead": true});
            assert_eq!(client.call("get_item", params).unwrap()["Item"]["pk"]["S"], "customer#7");
        }
    })
}

fn bridge(client: &Client) -> Box<dyn FnMut()> {
    let object = Object::Client(client.clone());
    let key = value!({"pk": {"S": "customer#7"}, "sk": {"S": "order#2025-11-08"}});
    Box::new(move || {
        for _ in 0..CALLS {
            let params = Map::from([("TableName", value!("boats")), ("Key", key.clone()), ("ConsistentRead", true.into())]);
            let Answer::Value(output) = object.call("get_item", params, Settings::default()).unwrap() else { panic!("a value") };
            assert_eq!(output["Item"]["pk"]["S"], "customer#7");
        }
    })
}

/// The parameters come as JSON, the slowest way.
fn c(url: &str) -> Box<dyn FnMut()> {
    let text = |text: &str| CString::new(text).unwrap();
    let options = format!(r#"{{"endpoint_url": "{url}"}}"#);
    let credentials = r#"{"region_name": "us-east-1", "aws_access_key_id": "AKID", "aws_secret_access_key": "SECRET"}"#;
    let value = |json: &str| {
        let json = text(json);
        // SAFETY: the text ends with a NUL byte.
        unsafe { capi::tucuxi_value_from_json(json.as_ptr(), ptr::null_mut()) }
    };
    let (dynamodb, get_item, params, item) = (text("dynamodb"), text("get_item"), text(PARAMS), text("Item"));
    // SAFETY: all arguments are valid.
    let client = unsafe {
        let session = capi::tucuxi_session_new(value(credentials), ptr::null_mut());
        capi::tucuxi_session_client(session, dynamodb.as_ptr(), value(&options), ptr::null_mut())
    };
    Box::new(move || {
        let member = |value, name: *const c_char| {
            // SAFETY: the value is valid.
            unsafe { capi::tucuxi_value_get(value, name) }
        };
        for _ in 0..CALLS {
            // SAFETY: all arguments are valid, and each value is freed once.
            unsafe {
                let params = capi::tucuxi_value_from_json(params.as_ptr(), ptr::null_mut());
                let output = capi::tucuxi_call(client, get_item.as_ptr(), params, ptr::null_mut(), ptr::null_mut());
                assert_eq!(capi::tucuxi_value_length(member(output, item.as_ptr())), 6);
                capi::tucuxi_value_free(params);
                capi::tucuxi_value_free(output);
            }
        }
    })
}

fn in_lua(session: Session, url: &str) -> Box<dyn FnMut()> {
    let state = mlua::Lua::new();
    lua::register(&state, session).unwrap();
    let program = format!(
        "local client = tucuxi.client('dynamodb', {{ endpoint_url = '{url}' }})
         return function()
           for _ = 1, {CALLS} do
             local output = client:get_item{{ TableName = 'boats', Key = {{ pk = {{ S = 'customer#7' }}, sk = {{ S = 'order#2025-11-08' }} }},
               ConsistentRead = true }}
             assert(output.Item.pk.S == 'customer#7')
           end
         end"
    );
    let run: mlua::Function = state.load(program).eval().unwrap();
    Box::new(move || {
        // A function does not keep its interpreter.
        let _state = &state;
        run.call::<()>(()).unwrap();
    })
}

/// The CPU time of this thread.
fn cpu_nanoseconds() -> u64 {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    statistics.split(' ').next().unwrap().parse().unwrap()
}

fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || serve(connection));
        }
    });
    url
}

fn serve(mut connection: TcpStream) {
    connection.set_nodelay(true).unwrap();
    let response = format!("HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{ITEM}", ITEM.len());
    let (mut request, mut buffer) = (Vec::new(), [0; 8192]);
    while let Ok(count @ 1..) = connection.read(&mut buffer) {
        request.extend_from_slice(&buffer[..count]);
        // The body ends the request.
        if request.ends_with(b"}") && request.windows(4).any(|end| end == b"\r\n\r\n") {
            request.clear();
            if connection.write_all(response.as_bytes()).is_err() {
                return;
            }
        }
    }
}
