//! The names of all services and operations, searched by keywords.
//!
//! The index is built when it is first needed, by all cores. It keeps only the names, in about 1 MB; the definitions are
//! inflated one after the other and dropped.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::definition::{Definition as _, Definitions, Service, snake_case};
use crate::error::Result;
use crate::value::Str;

/// The services, sorted by name.
pub(super) struct Index {
    pub services: Vec<Entry>,
}

/// A service with the API names of its operations.
pub(super) struct Entry {
    pub name: Str,
    pub full_name: Str,
    operations: Vec<Str>,
}

/// An operation that matches, with its rank: better ones are greater.
pub(super) struct Match<'i> {
    pub service: &'i Entry,
    pub operation: &'i str,
    rank: i32,
}

impl Index {
    /// Reads the names from the definitions.
    pub(super) fn build(definitions: &Definitions) -> Result<Index> {
        let names = definitions.services()?;
        let next = AtomicUsize::new(0);
        let work = || {
            let mut entries = Vec::new();
            while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                // A service whose definition is broken cannot be called.
                entries.extend(entry(definitions, name).ok());
            }
            entries
        };
        let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
        let mut services: Vec<Entry> = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        services.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Index { services })
    }

    /// The services that match all the keywords best.
    pub(super) fn services(&self, query: &str) -> Vec<&Entry> {
        let keywords = keywords(query);
        let mut found: Vec<(usize, &Entry)> = self.services.iter().map(|entry| (entry.score(&keywords).0, entry)).collect();
        found.retain(|(matched, _)| keywords.is_empty() || *matched > 0);
        found.sort_by_key(|(matched, entry)| (std::cmp::Reverse(*matched), entry.name.len()));
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The operations that match the keywords, the best first.
    pub(super) fn operations(&self, query: &str, service: Option<&str>) -> Vec<Match<'_>> {
        let keywords = keywords(query);
        let mut found = Vec::new();
        for entry in self.services.iter().filter(|entry| service.is_none_or(|service| entry.name == service)) {
            let (_, of_service) = entry.score(&keywords);
            for operation in &entry.operations {
                let words = words_of(operation);
                let scores = keywords.iter().zip(&of_service).map(|(keyword, service)| best_score(keyword, &words).max(*service));
                let sum: i32 = scores.sum();
                if sum == 0 && !keywords.is_empty() {
                    continue;
                }
                // Of names that match equally, the one with fewer other words is closer.
                let is_other = |word: &&String| keywords.iter().all(|keyword| best_score(keyword, std::slice::from_ref(*word)) == 0);
                let others = words.iter().filter(is_other).count() as i32;
                let rank = sum * 4 - others * 2 + if others == 0 { 12 } else { 0 };
                found.push(Match { service: entry, operation, rank });
            }
        }
        found.sort_by_key(|found| std::cmp::Reverse(found.rank));
        found
    }
}

fn entry(definitions: &Definitions, name: &str) -> Result<Entry> {
    let source = definitions.source(Service::KIND, name, None)?;
    let service = Service::parse(name, source.text)?;
    let full_name = service.metadata().service_full_name.clone().unwrap_or_else(|| name.into());
    Ok(Entry { name: name.into(), full_name, operations: service.operation_names().cloned().collect() })
}

impl Entry {
    /// How many keywords the service's names match, and how well each.
    fn score(&self, keywords: &[String]) -> (usize, Vec<i32>) {
        let words: Vec<String> = self.full_name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        let of = |keyword: &String| if self.name.as_str() == keyword { 5 } else { score(keyword, &words).min(2) };
        let scores: Vec<i32> = keywords.iter().map(of).collect();
        (scores.iter().filter(|score| **score > 0).count(), scores)
    }
}

/// Words that people use for those of the names.
const SYNONYMS: [(&str, &str); 7] = [
    ("upload", "put"),
    ("download", "get"),
    ("remove", "delete"),
    ("make", "create"),
    ("show", "describe"),
    ("find", "search"),
    ("database", "db"),
];

/// How well a keyword or its synonym matches one of the words of a name.
fn best_score(keyword: &str, words: &[String]) -> i32 {
    let synonym = SYNONYMS.iter().find(|(known, _)| *known == singular(keyword)).map_or(0, |(_, word)| score(word, words));
    score(keyword, words).max(synonym)
}

/// How well a keyword matches one of the words of a name.
fn score(keyword: &str, words: &[String]) -> i32 {
    let of = |word: &String| match word {
        word if word == keyword || singular(word) == singular(keyword) => 4,
        word if keyword.len() > 2 && word.starts_with(keyword) => 2,
        word if keyword.len() > 3 && word.contains(keyword) => 1,
        _ => 0,
    };
    words.iter().map(of).max().unwrap_or(0)
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|word| word.len() > 2).unwrap_or(word)
}

fn words_of(name: &str) -> Vec<String> {
    snake_case(name).split('_').map(str::to_owned).collect()
}

/// The words of a query, without those that say nothing about an operation.
fn keywords(query: &str) -> Vec<String> {
    const EMPTY: [&str; 13] = ["a", "an", "the", "of", "in", "to", "for", "all", "my", "aws", "amazon", "and", "from"];
    let words = query.split(|c: char| !(c.is_alphanumeric() || c == '-')).map(|word| word.trim_matches('-'));
    let words = words.filter(|word| !word.is_empty()).flat_map(|word| match word.chars().skip(1).any(char::is_uppercase) {
        // A name of the API, such as `ListObjectsV2`, counts as its words.
        true if word.chars().any(char::is_lowercase) => words_of(word),
        _ => vec![word.to_lowercase()],
    });
    words.filter(|word| !EMPTY.contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_by_keywords() {
        let index = Index::build(&Definitions::embedded()).unwrap();
        assert!(index.services.len() > 400);
        for (query, service, expected) in [
            ("list s3 buckets", None, "s3 ListBuckets"),
            ("create a queue", Some("sqs"), "sqs CreateQueue"),
            ("describe ec2 instances", None, "ec2 DescribeInstances"),
            ("dynamodb put item", None, "dynamodb PutItem"),
            ("ListObjectsV2", None, "s3 ListObjectsV2"),
            ("lambda invoke function", None, "lambda Invoke"),
            ("upload object to s3", None, "s3 PutObject"),
            ("start an ec2 instance", None, "ec2 StartInstances"),
            ("who am I: caller identity", None, "sts GetCallerIdentity"),
        ] {
            let found: Vec<String> = index
                .operations(query, service)
                .iter()
                .take(3)
                .map(|found| format!("{} {}", found.service.name, found.operation))
                .collect();
            assert!(found.contains(&expected.to_owned()), "{query}: {found:?}");
        }
        assert_eq!(index.services("simple queue service")[0].name, "sqs");
        assert!(index.operations("zzzzqqqq", None).is_empty());
    }
}
