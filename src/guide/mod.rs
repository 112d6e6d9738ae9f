//! The guide: how to use tucuxi, chapter by chapter.
//!
//! 1. [A first call](first_call)
//! 2. [Values](values)
//! 3. [Sessions, settings, credentials](sessions)
//! 4. [Pagination and waiters](pagination)
//! 5. [Resources and collections](resources)
//! 6. [Embedding](embedding)
//! 7. [Coming from boto3](coming_from_boto3)
//! 8. [Differences from boto3](differences)
//! 9. [Architecture](architecture)

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

#[doc = include_str!("pagination.md")]
pub mod pagination {}

#[doc = include_str!("resources.md")]
pub mod resources {}

#[doc = include_str!("embedding.md")]
pub mod embedding {}

#[doc = include_str!("coming_from_boto3.md")]
pub mod coming_from_boto3 {}

#[doc = include_str!("differences.md")]
pub mod differences {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}
