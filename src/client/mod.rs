//! Floor 4: a client, and the way of one call through the stages.

mod validate;
