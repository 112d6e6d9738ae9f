//! Resources through the public API, of an invented service whose definitions are in a folder.

mod broken;
mod collections;
mod members;
mod objects;
mod reef;
mod threads;
