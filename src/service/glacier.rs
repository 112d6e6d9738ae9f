//! Glacier: an optional account, the API version in a header, and checksums of uploads.

use ring::digest::{Context, Digest, SHA256, digest};

use crate::call::Event;
use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::text::encoding::hex;
use crate::value::Value;

const CONTENT_HASH: &str = "x-amz-content-sha256";
const TREE_HASH: &str = "x-amz-sha256-tree-hash";
/// The size of a leaf of the hash tree.
const LEAF: usize = 1024 * 1024;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.glacier", own_account)?;
    setup.on("before-call.glacier", api_version)?;
    setup.on("before-call.glacier.UploadArchive", checksums)?;
    setup.on("before-call.glacier.UploadMultipartPart", checksums)
}

/// A hyphen means the account of the caller's credentials.
fn own_account(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if event.params().get("accountId").is_none_or(Value::is_null) {
        event.params_mut().insert("accountId", "-");
    }
    Ok(())
}

fn api_version(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let version = event.service().api_version()?.to_owned();
    if let Some(request) = event.request_mut() {
        request.headers.set("x-amz-glacier-version", version);
    }
    Ok(())
}

/// Adds the hash and the tree hash of the body unless the caller provided them.
fn checksums(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(request) = event.request_mut() else { return Ok(()) };
    if request.headers.contains(CONTENT_HASH) && request.headers.contains(TREE_HASH) {
        return Ok(());
    }
    let mut whole = Context::new(&SHA256);
    let mut tree = TreeHash::default();
    let read = request.body.scan(|piece| {
        whole.update(piece);
        tree.update(piece);
    });
    read.map_err(|e| Error::new(ErrorKind::Stream, format!("The body cannot be read to compute its checksum: {e}")).with_source(e))?;
    for (name, digest) in [(CONTENT_HASH, whole.finish()), (TREE_HASH, tree.finish())] {
        if !request.headers.contains(name) {
            request.headers.set(name, hex(digest.as_ref()));
        }
    }
    Ok(())
}

/// The SHA-256 tree hash described in Glacier's developer guide: leaves of 1 MiB, combined in pairs up to the root.
#[derive(Default)]
struct TreeHash {
    /// The incomplete leaf and its length so far.
    open: Option<(Context, usize)>,
    leaves: Vec<Digest>,
}

impl TreeHash {
    fn update(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let (mut leaf, filled) = self.open.take().unwrap_or_else(|| (Context::new(&SHA256), 0));
            let (taken, rest) = piece.split_at(piece.len().min(LEAF - filled));
            leaf.update(taken);
            match filled + taken.len() {
                LEAF => self.leaves.push(leaf.finish()),
                filled => self.open = Some((leaf, filled)),
            }
            piece = rest;
        }
    }

    fn finish(mut self) -> Digest {
        self.leaves.extend(self.open.map(|(leaf, _)| leaf.finish()));
        while self.leaves.len() > 1 {
            self.leaves = self.leaves.chunks(2).map(combine).collect();
        }
        // An empty body is one empty leaf.
        self.leaves.pop().unwrap_or_else(|| digest(&SHA256, b""))
    }
}

/// An unpaired hash moves up unchanged.
fn combine(pair: &[Digest]) -> Digest {
    match pair {
        [left, right] => digest(&SHA256, &[left.as_ref(), right.as_ref()].concat()),
        rest => rest[0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree_hash(pieces: &[&[u8]]) -> String {
        let mut tree = TreeHash::default();
        pieces.iter().for_each(|piece| tree.update(piece));
        hex(tree.finish().as_ref())
    }

    #[test]
    fn the_leaves_of_the_tree_are_one_mebibyte() {
        let sha256 = |content: &[u8]| digest(&SHA256, content);
        let content = vec![b'x'; LEAF + 1];
        let two = digest(&SHA256, &[sha256(&content[..LEAF]).as_ref(), sha256(b"x").as_ref()].concat());
        assert_eq!(tree_hash(&[&content]), hex(two.as_ref()));
        assert!(hex(two.as_ref()).starts_with("686b298b") && hex(two.as_ref()).ends_with("c540"));
        // Independent of how the content is split.
        assert_eq!(tree_hash(&[&content[..3], &content[3..LEAF], &content[LEAF..]]), hex(two.as_ref()));
    }

    #[test]
    fn an_unpaired_leaf_moves_up_unchanged() {
        let leaves: Vec<Digest> = (0..3_u8).map(|i| digest(&SHA256, &vec![i; LEAF])).collect();
        let expected = combine(&[combine(&leaves[..2]), leaves[2]]);
        let content: Vec<u8> = (0..3_u8).flat_map(|i| vec![i; LEAF]).collect();
        assert_eq!(tree_hash(&[&content]), hex(expected.as_ref()));
    }

    #[test]
    fn an_empty_body_is_one_empty_leaf() {
        assert_eq!(tree_hash(&[]), hex(digest(&SHA256, b"").as_ref()));
    }
}
