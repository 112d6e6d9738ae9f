//! Sessions, clients, and resources through the public API: with stubs, loopback servers, moto, and beside boto3.

#[path = "../support/dynalite.rs"]
mod dynalite;
#[path = "../support/loopback.rs"]
mod loopback;
#[path = "../support/moto.rs"]
mod moto;
#[path = "../support/process.rs"]
mod process;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/scenario.rs"]
#[cfg(any(feature = "capi", feature = "lua", feature = "rhai"))]
mod scenario;
#[path = "../../src/cli/demo/server.rs"]
mod server;

#[cfg(feature = "tokio")]
mod async_rust;
mod botocore_sessions;
#[cfg(feature = "capi")]
mod c_api;
mod calls;
mod chapters;
mod collection_memory;
#[cfg(feature = "demo")]
mod command;
#[cfg(feature = "cli")]
mod command_resources;
#[cfg(feature = "cli")]
mod completion;
mod credentials;
mod customizations;
mod default_session;
mod definitions;
mod dynamodb;
mod errors;
mod event_stream;
mod guide;
mod inspection;
#[cfg(feature = "cli")]
mod line_protocol;
#[cfg(feature = "cli")]
mod mcp;
mod moto_services;
mod no_sockets;
mod outdated;
mod paging;
mod public_face;
mod recordings;
mod resources;
mod s3_server;
mod scenarios;
#[cfg(any(feature = "lua", feature = "rhai"))]
mod scripting;
mod sensitive;
mod signing;
mod stubs;
#[cfg(feature = "tracing")]
mod tracing;
mod transfers;
