//! Hooks: what is called at each stage of a call, by boto3's event names.
//!
//! An event has a name of up to three parts, `before-sign.s3.PutObject`: the stage, the service, the
//! operation. A pattern is a name or the beginning of one, and `*` stands for any one part. The
//! crate's own specialities (`service/`) hang on this mechanism, the same that users have.

use std::cmp::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

use super::event::Event;
use crate::error::{Error, ErrorKind, Result};

/// What a hook is: it sees the call as far as it has come, and may change what its stage is about to use.
pub(crate) type Hook = dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync;

/// Names one registration, so that it can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HookId(u64);

/// Where a hook stands among those of the same pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    First,
    /// The crate's own: before what users register without saying where.
    BuiltIn,
    Normal,
    Last,
}

/// The hooks of a session or of a client. A client starts with those that its session had.
#[derive(Default)]
pub(crate) struct Hooks(RwLock<Table>);

#[derive(Clone, Default)]
struct Table {
    registered: Arc<Vec<Registration>>,
    next: u64,
}

#[derive(Clone)]
struct Registration {
    id: HookId,
    pattern: Vec<Box<str>>,
    place: Place,
    hook: Arc<Hook>,
}

/// The hooks as they were when the call began; a call does not see what is registered while it runs.
#[derive(Clone)]
pub(crate) struct HookList(Arc<Vec<Registration>>);

/// The names by which a service may be called in a pattern: the hyphenized service id, the client name
/// and the endpoint prefix.
pub(crate) type ServiceNames = [Box<str>; 3];

impl Hooks {
    /// The hooks of a client: a copy of the session's.
    pub(crate) fn copy(&self) -> Hooks {
        Hooks(RwLock::new(self.0.read().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    pub(crate) fn register(&self, pattern: &str, place: Place, hook: Arc<Hook>) -> Result<HookId> {
        let parts: Vec<Box<str>> = pattern.split('.').map(Box::from).collect();
        if parts.iter().any(|p| p.is_empty()) {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("The event name {pattern:?} has an empty part; names are like before-sign.s3.PutObject"),
            ));
        }
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let id = HookId(table.next);
        table.next += 1;
        let registered = Arc::make_mut(&mut table.registered);
        let new = Registration { id, pattern: parts, place, hook };
        let at = registered.partition_point(|other| other.order(&new).is_lt());
        registered.insert(at, new);
        Ok(id)
    }

    pub(crate) fn unregister(&self, id: HookId) -> bool {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let registered = Arc::make_mut(&mut table.registered);
        let before = registered.len();
        registered.retain(|r| r.id != id);
        registered.len() < before
    }

    pub(crate) fn snapshot(&self) -> HookList {
        HookList(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).registered))
    }
}

impl HookList {
    /// The hooks for an event, in the order in which they run.
    pub(crate) fn matching<'a>(
        &'a self,
        stage: &'a str,
        service: &'a ServiceNames,
        operation: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Arc<Hook>> {
        self.0.iter().filter(move |r| r.matches(stage, service, operation)).map(|r| &r.hook)
    }
}

impl Registration {
    fn matches(&self, stage: &str, service: &ServiceNames, operation: Option<&str>) -> bool {
        let fits = |pattern: &str, name: &str| pattern == "*" || pattern == name;
        let Some((first, rest)) = self.pattern.split_first() else { return false };
        if !fits(first, stage) {
            return false;
        }
        rest.is_empty()
            || service.iter().any(|name| match (after_name(rest, name), operation) {
                (Some([]), _) => true,
                (Some([last]), Some(operation)) => fits(last, operation),
                _ => false,
            })
    }

    /// Of the patterns that match one event: `*` before a name at the first part where they differ,
    /// the longer before the shorter; then first before normal; then in the order of registration.
    fn order(&self, other: &Registration) -> Ordering {
        fn rank(pattern: &[Box<str>]) -> impl Iterator<Item = u8> {
            pattern.iter().map(|part| u8::from(&**part != "*")).chain([2])
        }
        rank(&self.pattern).cmp(rank(&other.pattern)).then(self.place.cmp(&other.place)).then(self.id.0.cmp(&other.id.0))
    }
}

/// What a pattern has after the service's name. A name may have dots of its own: `runtime.sagemaker`.
fn after_name<'p>(pattern: &'p [Box<str>], name: &str) -> Option<&'p [Box<str>]> {
    if let [first, rest @ ..] = pattern
        && (**first == *name || **first == *"*")
    {
        return Some(rest);
    }
    let mut parts = name.split('.');
    let width = name.matches('.').count() + 1;
    let (own, rest) = pattern.split_at_checked(width)?;
    own.iter().all(|part| parts.next() == Some(part)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(pattern: &str, place: Place, id: u64) -> Registration {
        Registration { id: HookId(id), pattern: pattern.split('.').map(Box::from).collect(), place, hook: Arc::new(|_| Ok(())) }
    }

    #[test]
    fn the_order_is_boto3_s() {
        let expected = ["*", "a.*.c", "a.*", "a.b.*", "a.b.c", "a.b", "a"];
        let mut list: Vec<_> = expected.iter().rev().enumerate().map(|(i, p)| registration(p, Place::Normal, i as u64)).collect();
        list.sort_by(Registration::order);
        let names: ServiceNames = ["b".into(), "b-client".into(), "b-prefix".into()];
        let order: Vec<String> = list.iter().filter(|r| r.matches("a", &names, Some("c"))).map(|r| r.pattern.join(".")).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn a_pattern_matches_by_any_of_the_service_s_names_and_not_beyond_the_event() {
        let names: ServiceNames = ["elastic-load-balancing".into(), "elb".into(), "elasticloadbalancing".into()];
        let matches = |p: &str, op| registration(p, Place::Normal, 0).matches("before-call", &names, op);
        assert!(matches("before-call.elb.Do", Some("Do")));
        assert!(matches("before-call.elastic-load-balancing", Some("Do")));
        assert!(!matches("before-call.s3", Some("Do")));
        assert!(!matches("before-call.elb.Do", None));
        assert!(!matches("before-call.elb.Do.more", Some("Do")));
        let names: ServiceNames = ["sagemaker-runtime".into(), "sagemaker-runtime".into(), "runtime.sagemaker".into()];
        let matches = |p: &str, op| registration(p, Place::Normal, 0).matches("before-call", &names, op);
        assert!(matches("before-call.runtime.sagemaker.Do", Some("Do")));
        assert!(matches("before-call.runtime.sagemaker", None));
        assert!(!matches("before-call.runtime.sagemaker.Do", Some("Other")));
        assert!(!matches("before-call.runtime.other.Do", Some("Do")));
    }

    #[test]
    fn first_holds_within_one_pattern() {
        let places = [Place::Last, Place::Normal, Place::Normal, Place::BuiltIn, Place::First];
        let mut list: Vec<_> = (0..).zip(places).map(|(id, place)| registration("a.b", place, id)).collect();
        list.sort_by(Registration::order);
        assert_eq!(list.iter().map(|r| r.id.0).collect::<Vec<_>>(), [4, 3, 1, 2, 0]);
    }
}
