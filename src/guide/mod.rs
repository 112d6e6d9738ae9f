//! The guide: how to use tucuxi, chapter by chapter.
//!
//! 1. [A first call](first_call)
//! 2. [Values](values)
//! 3. [Sessions, settings, credentials](sessions)
//! 4. [Handling errors](errors)
//! 5. [Streaming](streaming)
//! 6. [Managed transfers](transfers)
//! 7. [Pagination and waiters](pagination)
//! 8. [Resources and collections](resources)
//! 9. [DynamoDB](dynamodb)
//! 10. [S3](s3)
//! 11. [SQS](sqs)
//! 12. [EC2](ec2)
//! 13. [Hooks](hooks)
//! 14. [Testing](testing)
//! 15. Async Rust: `guide::async_rust`, with the feature `tokio`
//! 16. [Embedding](embedding)
//!     - scripts in Lua and Rhai: `guide::lua` and `guide::rhai`, with the features of these names
//! 17. [Python](python)
//! 18. [Node](node)
//! 19. [The line protocol](line_protocol)
//! 20. [C](c)
//! 21. [Agents: the Model Context Protocol](mcp)
//! 22. [Shell completion](completion)
//! 23. [Resources and many calls on the command line](command_line)
//! 24. [Coming from boto3](coming_from_boto3)
//! 25. [Programs](programs)
//! 26. [Differences from boto3](differences)
//! 27. [Architecture](architecture)

#[doc = include_str!("first_call.md")]
pub mod first_call {}

#[doc = include_str!("values.md")]
pub mod values {}

#[doc = include_str!("sessions.md")]
#[doc = ""]
#[doc = include_str!("../settings/settings.md")]
#[doc = ""]
#[doc = include_str!("../session/credentials.md")]
pub mod sessions {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("transfers.md")]
pub mod transfers {}

#[doc = include_str!("pagination.md")]
pub mod pagination {}

#[doc = include_str!("resources.md")]
pub mod resources {}

#[doc = include_str!("dynamodb.md")]
pub mod dynamodb {}

#[doc = include_str!("s3.md")]
pub mod s3 {}

#[doc = include_str!("sqs.md")]
pub mod sqs {}

#[doc = include_str!("ec2.md")]
pub mod ec2 {}

#[doc = include_str!("hooks.md")]
pub mod hooks {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("async_rust.md")]
#[cfg(feature = "tokio")]
pub mod async_rust {}

#[doc = include_str!("embedding.md")]
pub mod embedding {}

#[doc = include_str!("line_protocol.md")]
pub mod line_protocol {}

#[doc = include_str!("python.md")]
pub mod python {}

#[doc = include_str!("node.md")]
pub mod node {}

#[doc = include_str!("lua.md")]
#[cfg(feature = "lua")]
pub mod lua {}

#[doc = include_str!("rhai.md")]
#[cfg(feature = "rhai")]
pub mod rhai {}

#[doc = include_str!("mcp.md")]
pub mod mcp {}

#[doc = include_str!("command_line.md")]
pub mod command_line {}

#[doc = include_str!("completion.md")]
pub mod completion {}

#[doc = include_str!("c.md")]
pub mod c {}

#[doc = include_str!("coming_from_boto3.md")]
pub mod coming_from_boto3 {}

/// # Programs
///
/// Five programs, which the tests run against a moto server. A `main` calls `run` with `Session::new()?` and prints the error
/// that it returns.
///
/// # Inventory
#[doc = concat!("```no_run\n", include_str!("programs/inventory.rs"), "\n```")]
/// # Backup to S3
#[doc = concat!("```no_run\n", include_str!("programs/backup.rs"), "\n```")]
/// # Import into DynamoDB
#[doc = concat!("```no_run\n", include_str!("programs/import.rs"), "\n```")]
/// # A worker for an SQS queue
#[doc = concat!("```no_run\n", include_str!("programs/worker.rs"), "\n```")]
/// # Roles in several accounts
#[doc = concat!("```no_run\n", include_str!("programs/roles.rs"), "\n```")]
pub mod programs {}

#[doc = include_str!("differences.md")]
pub mod differences {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}
