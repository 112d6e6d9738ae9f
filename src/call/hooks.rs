//! Hooks: functions that run at a stage of a call, registered by boto3's event names.
//!
//! An event has a name of up to three parts, `before-sign.s3.PutObject`: the [`Stage`], the service, and the operation. A
//! pattern is such a name or the beginning of one, and `*` matches any one part. Patterns are parsed when a hook is
//! registered, and each stage has its own list, so that an event looks only at the hooks of its stage. The
//! customizations in `service/` use this mechanism, as users do.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use super::event::Event;
use crate::definition::Service;
use crate::error::{Error, ErrorKind, Result};

/// A hook, which can inspect the call and change the data that its stage uses.
pub(crate) type Hook = dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync;

/// A stage of a call at which hooks run, in the order of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    ProvideClientParams,
    BeforeParameterBuild,
    BeforeEndpointResolution,
    BeforeCall,
    RequestCreated,
    ChooseSigner,
    BeforeSign,
    BeforeSend,
    BeforeParse,
    UnknownOutput,
    ResponseReceived,
    NeedsRetry,
    AfterCallError,
    AfterCall,
}

/// The stages with boto3's names for them, in the order of the enumeration. boto3 has no `unknown-output`.
const STAGES: [(Stage, &str); 14] = [
    (Stage::ProvideClientParams, "provide-client-params"),
    (Stage::BeforeParameterBuild, "before-parameter-build"),
    (Stage::BeforeEndpointResolution, "before-endpoint-resolution"),
    (Stage::BeforeCall, "before-call"),
    (Stage::RequestCreated, "request-created"),
    (Stage::ChooseSigner, "choose-signer"),
    (Stage::BeforeSign, "before-sign"),
    (Stage::BeforeSend, "before-send"),
    (Stage::BeforeParse, "before-parse"),
    (Stage::UnknownOutput, "unknown-output"),
    (Stage::ResponseReceived, "response-received"),
    (Stage::NeedsRetry, "needs-retry"),
    (Stage::AfterCallError, "after-call-error"),
    (Stage::AfterCall, "after-call"),
];

impl Stage {
    /// boto3's name of the stage.
    pub(crate) fn name(self) -> &'static str {
        STAGES[self as usize].1
    }

    /// Whether the events of the stage name the operation.
    pub(crate) fn names_operation(self) -> bool {
        self != Stage::BeforeEndpointResolution
    }
}

/// Identifies one registration, so that it can be undone. It is unique within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HookId(u64);

/// Where a hook runs among those of the same pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    First,
    /// The library's own: before hooks of users without a rank.
    BuiltIn,
    Normal,
    Last,
}

/// The hooks of a session or a client. A client starts with a copy of its session's hooks.
pub(crate) struct Hooks {
    /// Identifies this registry: only the registry that issued an ID removes its hook.
    registry: u64,
    /// The names of the client's service; `None` for a session, which has no events.
    names: Option<ServiceNames>,
    registered: RwLock<HookList>,
}

/// The hooks of each stage at the start of a call: hooks that are registered during a call do not affect it.
#[derive(Clone, Default)]
pub(crate) struct HookList(Arc<[Vec<Registration>; STAGES.len()]>);

#[derive(Clone)]
struct Registration {
    id: HookId,
    registry: u64,
    pattern: Arc<Pattern>,
    /// What the pattern matches in the client.
    scope: Scope,
    rank: Rank,
    hook: Arc<Hook>,
}

/// The events of a client that a pattern matches, at its stages. It is known when a hook is registered, so that an event compares at
/// most the name of its operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Nothing,
    Operation(Box<str>),
    /// Every event whose name has an operation.
    Operations,
    Everything,
}

impl Scope {
    fn includes(&self, operation: Option<&str>) -> bool {
        match self {
            Scope::Nothing => false,
            Scope::Operation(name) => operation == Some(name),
            Scope::Operations => operation.is_some(),
            Scope::Everything => true,
        }
    }
}

/// A parsed event name.
#[derive(Debug)]
struct Pattern {
    /// `None` is `*`: every stage.
    stage: Option<Stage>,
    /// The parts after the stage. A service's name may have dots of its own.
    rest: Vec<Box<str>>,
}

/// The names by which a pattern may refer to a service: the hyphenized service ID, the client's name, and the endpoint
/// prefix.
pub(crate) type ServiceNames = [Box<str>; 3];

impl Default for Hooks {
    fn default() -> Hooks {
        Hooks { registry: unique(), names: None, registered: RwLock::default() }
    }
}

impl Hooks {
    /// A copy for another session.
    pub(crate) fn copy(&self) -> Hooks {
        Hooks { registry: unique(), names: None, registered: RwLock::new(self.snapshot()) }
    }

    /// A copy for a client of a service with these names.
    pub(crate) fn for_client(&self, names: ServiceNames) -> Hooks {
        let mut list = self.snapshot();
        if list.0.iter().any(|stage| !stage.is_empty()) {
            let registrations = Arc::make_mut(&mut list.0).iter_mut().flatten();
            registrations.for_each(|registration| registration.scope = registration.pattern.scope(&names));
        }
        Hooks { registry: unique(), names: Some(names), registered: RwLock::new(list) }
    }

    /// Registers a hook.
    ///
    /// # Errors
    /// `InvalidConfig` if a part of the pattern is empty, if there is no such stage, or if it has too many parts.
    pub(crate) fn register(&self, pattern: &str, rank: Rank, hook: Arc<Hook>) -> Result<HookId> {
        Ok(self.add(Pattern::parse(pattern)?, rank, hook))
    }

    /// Registers a hook for one service.
    ///
    /// # Errors
    /// As [`register`](Self::register); also if the pattern names another service or an unknown operation.
    pub(crate) fn register_for(
        &self,
        service: &Service,
        names: &ServiceNames,
        pattern: &str,
        rank: Rank,
        hook: Arc<Hook>,
    ) -> Result<HookId> {
        let parsed = Pattern::parse(pattern)?;
        parsed.check(pattern, service, names)?;
        Ok(self.add(parsed, rank, hook))
    }

    fn add(&self, pattern: Pattern, rank: Rank, hook: Arc<Hook>) -> HookId {
        let id = HookId(unique());
        let stage = pattern.stage;
        let scope = self.names.as_ref().map_or(Scope::Nothing, |names| pattern.scope(names));
        let new = Registration { id, registry: self.registry, pattern: Arc::new(pattern), scope, rank, hook };
        let mut registered = self.registered.write().unwrap_or_else(PoisonError::into_inner);
        let lists = Arc::make_mut(&mut registered.0);
        let lists = match stage {
            Some(stage) => &mut lists[stage as usize..=stage as usize],
            None => &mut lists[..],
        };
        for list in lists {
            let at = list.partition_point(|other| other.order(&new).is_lt());
            list.insert(at, new.clone());
        }
        id
    }

    /// Removes a hook that this registry issued; returns whether there was one.
    pub(crate) fn unregister(&self, id: HookId) -> bool {
        let is_own = |r: &Registration| r.id == id && r.registry == self.registry;
        let mut registered = self.registered.write().unwrap_or_else(PoisonError::into_inner);
        if !registered.0.iter().flatten().any(is_own) {
            return false;
        }
        Arc::make_mut(&mut registered.0).iter_mut().for_each(|list| list.retain(|r| !is_own(r)));
        true
    }

    pub(crate) fn snapshot(&self) -> HookList {
        self.registered.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HookList {
    /// Whether there is no hook for the stage.
    pub(crate) fn is_empty(&self, stage: Stage) -> bool {
        self.0[stage as usize].is_empty()
    }

    /// The hooks for an event, in the order in which they run.
    pub(crate) fn matching(&self, stage: Stage, operation: &str) -> impl Iterator<Item = &Arc<Hook>> {
        let operation = stage.names_operation().then_some(operation);
        self.0[stage as usize].iter().filter(move |r| r.scope.includes(operation)).map(|r| &r.hook)
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Pattern> {
        let mut parts = text.split('.');
        let stage = parts.next().unwrap_or_default();
        let rest: Vec<Box<str>> = parts.map(Box::from).collect();
        if stage.is_empty() || rest.iter().any(|part| part.is_empty()) {
            return Err(invalid(format!("The event name {text:?} has an empty part; event names look like before-sign.s3.PutObject.")));
        }
        let known = || STAGES.iter().map(|(_, name)| *name);
        let stage = match STAGES.iter().find(|(_, name)| *name == stage) {
            Some((stage, _)) => Some(*stage),
            None if stage == "*" => None,
            None => {
                let all: Vec<&str> = known().collect();
                let error = invalid(format!("The event name {text:?} names the unknown stage {stage:?}.")).with_suggestions(stage, known());
                return Err(error.with_hint(&format!("The stages are {}.", all.join(", "))));
            }
        };
        Ok(Pattern { stage, rest })
    }

    /// Checks the parts after the stage against the one service whose events occur.
    fn check(&self, text: &str, service: &Service, names: &ServiceNames) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let rests: Vec<&[Box<str>]> = names.iter().filter_map(|name| after_name(&self.rest, name)).collect();
        let takes_operation = self.stage.is_none_or(Stage::names_operation);
        let operation = match rests.iter().min_by_key(|rest| rest.len()) {
            None => {
                let own = &names[0];
                return Err(invalid(format!(
                    "The event name {text:?} names the service {:?}, but this client's events have the name {own:?}.",
                    self.rest.join(".")
                )));
            }
            Some([]) => return Ok(()),
            Some([operation]) if takes_operation => operation,
            Some(_) => return Err(invalid(format!("The event name {text:?} has too many parts."))),
        };
        let is_known = &**operation == "*" || &**operation == super::RAW_OPERATION || service.has_operation(operation);
        if is_known {
            return Ok(());
        }
        let error = invalid(format!("The event name {text:?} names the unknown operation {operation:?}."));
        Err(error.with_suggestions(operation, service.operation_names().map(|name| name.as_str())))
    }

    /// The events that the pattern matches in a client of a service with these names.
    fn scope(&self, names: &ServiceNames) -> Scope {
        if self.rest.is_empty() {
            return Scope::Everything;
        }
        let scopes = names.iter().map(|name| match after_name(&self.rest, name) {
            Some([]) => Scope::Everything,
            Some([last]) if &**last == "*" => Scope::Operations,
            Some([last]) => Scope::Operation(last.clone()),
            _ => Scope::Nothing,
        });
        // The operation, if there is one, is the last part for each of the names.
        scopes.max().unwrap_or(Scope::Nothing)
    }
}

impl Registration {
    /// Of the patterns that match one event: `*` before a name at the first part where they differ,
    /// the longer before the shorter; then by rank; then in the order of registration.
    fn order(&self, other: &Registration) -> Ordering {
        fn parts(pattern: &Pattern) -> impl Iterator<Item = u8> {
            let stage = u8::from(pattern.stage.is_some());
            std::iter::once(stage).chain(pattern.rest.iter().map(|part| u8::from(&**part != "*"))).chain([2])
        }
        parts(&self.pattern).cmp(parts(&other.pattern)).then(self.rank.cmp(&other.rank)).then(self.id.0.cmp(&other.id.0))
    }
}

/// Returns the parts of a pattern after the name of the service.
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

/// A number that no other call in the process returns.
fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Relaxed)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    fn registration(text: &str, rank: Rank, id: u64) -> Registration {
        Registration {
            id: HookId(id),
            registry: 0,
            pattern: Arc::new(pattern(text)),
            scope: Scope::Nothing,
            rank,
            hook: Arc::new(|_| Ok(())),
        }
    }

    #[test]
    fn hooks_run_in_boto3_s_order() {
        let expected = ["*", "after-call.*.c", "after-call.*", "after-call.b.*", "after-call.b.c", "after-call.b", "after-call"];
        let mut list: Vec<_> = expected.iter().rev().enumerate().map(|(i, p)| (registration(p, Rank::Normal, i as u64), *p)).collect();
        list.sort_by(|(a, _), (b, _)| a.order(b));
        let names: ServiceNames = ["b".into(), "b-client".into(), "b-prefix".into()];
        let order: Vec<&str> = list.iter().filter(|(r, _)| r.pattern.scope(&names).includes(Some("c"))).map(|(_, p)| *p).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn stages_are_in_the_order_of_their_names() {
        assert!(STAGES.iter().enumerate().all(|(index, (stage, _))| *stage as usize == index));
    }

    #[test]
    fn patterns_match_any_name_of_the_service_and_no_longer_event() {
        let names: ServiceNames = ["elastic-load-balancing".into(), "elb".into(), "elasticloadbalancing".into()];
        let matches = |p: &str, op| pattern(p).scope(&names).includes(op);
        assert!(matches("before-call.elb.Do", Some("Do")));
        assert!(matches("before-call.elastic-load-balancing", Some("Do")));
        assert!(!matches("before-call.s3", Some("Do")));
        assert!(!matches("before-call.elb.Do", None));
        assert!(!matches("before-call.elb.Do.more", Some("Do")));
        let names: ServiceNames = ["sagemaker-runtime".into(), "sagemaker-runtime".into(), "runtime.sagemaker".into()];
        let matches = |p: &str, op| pattern(p).scope(&names).includes(op);
        assert!(matches("before-call.runtime.sagemaker.Do", Some("Do")));
        assert!(matches("before-call.runtime.sagemaker", None));
        assert!(!matches("before-call.runtime.sagemaker.Do", Some("Other")));
        assert!(!matches("before-call.runtime.other.Do", Some("Do")));
    }

    #[test]
    fn rank_decides_within_one_pattern() {
        let ranks = [Rank::Last, Rank::Normal, Rank::Normal, Rank::BuiltIn, Rank::First];
        let mut list: Vec<_> = (0..).zip(ranks).map(|(id, rank)| registration("after-call.b", rank, id)).collect();
        list.sort_by(Registration::order);
        assert_eq!(list.iter().map(|r| r.id.0).collect::<Vec<_>>(), [4, 3, 1, 2, 0]);
    }

    #[test]
    fn only_the_registry_that_issued_an_id_removes_the_hook() {
        let session = Hooks::default();
        let id = session.register("before-call", Rank::Normal, Arc::new(|_| Ok(()))).unwrap();
        let client = session.for_client(["b".into(), "b".into(), "b".into()]);
        let own = client.register("before-call", Rank::BuiltIn, Arc::new(|_| Ok(()))).unwrap();
        assert_ne!(id, own);
        assert!(!client.unregister(id), "the session issued it");
        assert!(!session.unregister(own), "the client issued it");
        assert_eq!(client.snapshot().0[Stage::BeforeCall as usize].len(), 2);
        assert!(client.unregister(own) && !client.unregister(own));
        assert!(session.unregister(id));
    }

    #[test]
    fn unknown_stages_are_rejected_with_the_nearest_name() {
        let message = |text: &str| Pattern::parse(text).unwrap_err().message().to_owned();
        assert!(message("before-sing.s3").contains("Did you mean before-sign"), "{}", message("before-sing.s3"));
        assert!(message("before-sign..PutObject").contains("empty part"));
        assert!(message("").contains("empty part"));
    }
}
