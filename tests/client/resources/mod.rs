//! Resources through the public face, with a made-up service whose definitions lie in a folder.

mod broken;
mod collections;
mod members;
mod objects;
mod reef;
mod threads;
