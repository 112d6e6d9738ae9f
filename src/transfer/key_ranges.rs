//! A listing cut into disjoint ranges of keys, which threads, processes, or machines list and process at the same time.

use std::collections::VecDeque;

use crate::client::Client;
use crate::error::Result;
use crate::text::invalid;
use crate::value::{Map, Value};

/// The last character in the order of keys. No key with a prefix sorts after the prefix followed by it, in practice.
const LAST: char = '\u{10FFFF}';

/// A range of the keys below a prefix: those after `start_after`, up to and including `end`. It is plain data, so that it can travel to
/// another process.
///
/// ```no_run
/// use tucuxi::{KeyRange, Session};
///
/// let s3 = Session::new()?.client("s3")?;
/// let ranges = KeyRange::split(&s3, "river", "images/", 8)?;
/// std::thread::scope(|threads| {
///     for range in &ranges {
///         let s3 = &s3;
///         threads.spawn(move || range.objects(s3).filter(|object| object.is_ok()).count());
///     }
/// });
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The bucket.
    pub bucket: String,
    /// The prefix of the keys.
    pub prefix: String,
    /// The range starts after this key; `None` if it is the first one.
    pub start_after: Option<String>,
    /// The last key that can be in the range; `None` if it is the last one.
    pub end: Option<String>,
}

impl KeyRange {
    /// Cuts the keys below a prefix into at most that many disjoint ranges, which together contain every key. Ranges of a large listing have
    /// similar sizes if keys are distributed evenly; the number of requests is about 20 and four for each range, however many
    /// keys there are. A listing of fewer than 100 keys is one range.
    ///
    /// # Errors
    /// `ParamValidation` if `parts` is 0, and the errors of `list_objects_v2`.
    pub fn split(client: &Client, bucket: &str, prefix: &str, parts: usize) -> Result<Vec<KeyRange>> {
        if parts == 0 {
            return Err(invalid("Invalid value for parameter parts: at least 1 is expected."));
        }
        let list = |prefix: &str, start_after: Option<&str>| page(client, bucket, prefix, start_after);
        let bounds = bounds(list, prefix, parts)?;
        let starts = std::iter::once(None).chain(bounds.iter().cloned().map(Some));
        let ends = bounds.iter().cloned().map(Some).chain([None]);
        let range = |(start_after, end)| KeyRange { bucket: bucket.to_owned(), prefix: prefix.to_owned(), start_after, end };
        Ok(starts.zip(ends).map(range).collect())
    }

    /// Iterates over the objects of the range: the entries of `Contents` in the pages of `list_objects_v2`. An error ends the iteration.
    pub fn objects<'c>(&'c self, client: &'c Client) -> impl Iterator<Item = Result<Value>> + use<'c> {
        let mut params = Map::from([("Bucket", Value::from(self.bucket.as_str())), ("Prefix", self.prefix.as_str().into())]);
        if let Some(start) = &self.start_after {
            params.insert("StartAfter", start.as_str());
        }
        let (mut pages, mut failed) = (None, None);
        match client.paginate("list_objects_v2", params) {
            Ok(found) => pages = Some(found),
            Err(error) => failed = Some(error),
        }
        let mut objects = VecDeque::new();
        std::iter::from_fn(move || {
            if let Some(error) = failed.take() {
                return Some(Err(error));
            }
            while objects.is_empty() {
                match pages.as_mut()?.next() {
                    Some(Ok(page)) => objects.extend(page["Contents"].as_list().into_iter().flatten().cloned()),
                    Some(Err(error)) => {
                        pages = None;
                        return Some(Err(error));
                    }
                    None => pages = None,
                }
            }
            let object: Value = objects.pop_front()?;
            if self.end.as_deref().is_some_and(|end| object["Key"].as_str().is_some_and(|key| key > end)) {
                pages = None;
                objects.clear();
                return None;
            }
            Some(Ok(object))
        })
    }
}

/// The first keys after a key, and whether there are more.
struct Page {
    keys: Vec<String>,
    truncated: bool,
}

/// The size of a page: a branch with fewer keys is not cut further.
const PAGE: i64 = 100;

fn page(client: &Client, bucket: &str, prefix: &str, start_after: Option<&str>) -> Result<Page> {
    let mut params = Map::from([("Bucket", Value::from(bucket)), ("Prefix", prefix.into()), ("MaxKeys", PAGE.into())]);
    if let Some(start) = start_after {
        params.insert("StartAfter", start);
    }
    let found = client.call("list_objects_v2", params)?;
    let keys = found["Contents"].as_list().into_iter().flatten().filter_map(|object| object["Key"].as_str().map(str::to_owned));
    Ok(Page { keys: keys.collect(), truncated: found["IsTruncated"].as_bool().unwrap_or_default() })
}

/// The keys with a prefix. Its weight is an estimate of its part of all keys.
struct Branch {
    prefix: String,
    weight: f64,
    /// Whether it has more keys than a page, and can be cut.
    large: bool,
}

/// The ends of all ranges but the last one, in order.
fn bounds(mut list: impl FnMut(&str, Option<&str>) -> Result<Page>, prefix: &str, parts: usize) -> Result<Vec<String>> {
    let mut branches = vec![Branch { prefix: prefix.to_owned(), weight: 1.0, large: true }];
    // Twice as many branches as parts make parts of similar sizes.
    while branches.len() < 2 * parts {
        let heaviest =
            (0..branches.len()).filter(|at| branches[*at].large).max_by(|a, b| branches[*a].weight.total_cmp(&branches[*b].weight));
        let Some(at) = heaviest else { break };
        let children = children(&mut list, &branches[at])?;
        if children.is_empty() {
            branches[at].large = false;
        } else {
            branches.splice(at..=at, children);
        }
    }
    Ok(merge(&branches, parts))
}

/// The branches below a branch, one for each next character. Empty if it has not more keys than a page.
fn children(list: &mut impl FnMut(&str, Option<&str>) -> Result<Page>, branch: &Branch) -> Result<Vec<Branch>> {
    let first = list(&branch.prefix, None)?;
    let (Some(first_key), Some(last_key), true) = (first.keys.first(), first.keys.last(), first.truncated) else { return Ok(Vec::new()) };
    let common = common_prefix(list, &branch.prefix, first_key, last_key)?;
    let (mut found, mut page) = (Vec::<(char, usize, bool)>::new(), first);
    loop {
        for key in &page.keys {
            // The prefix itself can be a key; it belongs to the first branch.
            let next = key[common.len()..].chars().next().unwrap_or('\0');
            match found.last_mut() {
                Some(last) if last.0 == next => last.1 += 1,
                _ => found.push((next, 1, false)),
            }
        }
        let (true, Some(last)) = (page.truncated, found.last_mut()) else { break };
        // What follows the page may belong to its last branch.
        last.2 = true;
        page = list(&common, Some(format!("{common}{}{LAST}", last.0).as_str()))?;
    }
    let large = found.iter().filter(|(_, _, large)| *large).count().max(1) as f64;
    let weight = |(_, keys, is_large): &(char, usize, bool)| {
        let part = if *is_large { 1.0 } else { *keys as f64 / (10 * PAGE) as f64 };
        branch.weight * part / large
    };
    let branch = |own: &(char, usize, bool)| Branch { prefix: format!("{common}{}", own.0), weight: weight(own), large: own.2 };
    Ok(found.iter().map(branch).collect())
}

/// The longest prefix of all keys with a prefix, of which the first key and a later one are known.
fn common_prefix(list: &mut impl FnMut(&str, Option<&str>) -> Result<Page>, prefix: &str, first: &str, later: &str) -> Result<String> {
    let shared = first.char_indices().zip(later.chars()).find(|((_, a), b)| a != b).map_or(first.len().min(later.len()), |((at, _), _)| at);
    let ends: Vec<usize> =
        first.char_indices().map(|(at, _)| at).chain([first.len()]).filter(|at| (prefix.len()..=shared).contains(at)).collect();
    // The first of these certainly is common. The longest is tried first: it usually is the answer.
    let (mut known, mut unknown) = (0, ends.len());
    let mut at = ends.len().saturating_sub(1);
    while known + 1 < unknown {
        let candidate = &first[..ends[at]];
        if list(prefix, Some(format!("{candidate}{LAST}").as_str()))?.keys.is_empty() {
            known = at;
        } else {
            unknown = at;
        }
        at = known.midpoint(unknown);
    }
    Ok(first[..ends.get(known).copied().unwrap_or(prefix.len())].to_owned())
}

/// Joins neighbors until at most `parts` are left, and returns where each but the last one ends.
fn merge(branches: &[Branch], parts: usize) -> Vec<String> {
    let total: f64 = branches.iter().map(|branch| branch.weight).sum();
    let part = total / parts as f64;
    let (mut bounds, mut sum, mut next) = (Vec::new(), 0.0, part);
    for branch in &branches[..branches.len() - 1] {
        sum += branch.weight;
        // Rounding must not move an end by a whole branch.
        if sum >= next * (1.0 - 1e-9) {
            bounds.push(format!("{}{LAST}", branch.prefix));
            next = ((sum / part * (1.0 + 1e-9)).floor() + 1.0) * part;
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists sorted keys, and counts the requests.
    fn split(keys: &[String], prefix: &str, parts: usize) -> (Vec<String>, usize) {
        let mut requests = 0;
        let list = |prefix: &str, start: Option<&str>| {
            requests += 1;
            let mut found = keys.iter().filter(|key| key.starts_with(prefix) && start.is_none_or(|start| key.as_str() > start)).cloned();
            let keys = found.by_ref().take(PAGE as usize).collect();
            Ok(Page { keys, truncated: found.next().is_some() })
        };
        let bounds = bounds(list, prefix, parts).unwrap();
        (bounds, requests)
    }

    fn sizes(keys: &[String], bounds: &[String]) -> Vec<usize> {
        let mut sizes = vec![0; bounds.len() + 1];
        for key in keys {
            sizes[bounds.iter().take_while(|end| *end < key).count()] += 1;
        }
        sizes
    }

    #[test]
    fn numbered_keys_are_cut_into_similar_ranges_with_few_requests() {
        let keys: Vec<String> = (0..100_000).map(|n| format!("images/2024/{n:06}.jpg")).collect();
        for parts in [2, 4, 8, 16] {
            let (bounds, requests) = split(&keys, "images/", parts);
            let sizes = sizes(&keys, &bounds);
            assert!(sizes.len() <= parts && sizes.len() > parts / 2, "{parts}: {sizes:?}");
            assert!(sizes.iter().all(|size| *size <= 200_000 / parts), "{parts}: {sizes:?}");
            assert!(requests < 20 + 4 * parts, "{parts}: {requests} requests");
        }
    }

    #[test]
    fn bounds_increase_and_odd_keys_belong_to_one_range() {
        let mut keys: Vec<String> = (0..3_000).map(|n| format!("a{}/{n}", n % 7)).collect();
        keys.extend(["a", "a/", "zé/x", "\u{1F41F}fish", "\u{10FFFF}"].map(str::to_owned));
        keys.extend((0..500).map(|n| format!("zé/{n}")));
        keys.sort();
        let (bounds, _) = split(&keys, "", 5);
        assert!(bounds.is_sorted(), "{bounds:?}");
        assert_eq!(sizes(&keys, &bounds).iter().sum::<usize>(), keys.len());
        assert!(bounds.len() >= 3, "{bounds:?}");
    }

    #[test]
    fn few_keys_are_one_range() {
        let keys: Vec<String> = (0..100).map(|n| format!("k{n:03}")).collect();
        assert_eq!(split(&keys, "", 8).0, Vec::<String>::new());
        assert_eq!(split(&[], "x", 8).0, Vec::<String>::new());
    }
}
