//! Many threads that share credentials with a lifetime of two seconds.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tucuxi::{Client, Config, SessionBuilder, Timestamp};

use super::support::{Home, role_answer};
use crate::loopback::{Server, ok};

const THREADS: usize = 64;
const TIME: Duration = Duration::from_secs(30);
const LIFE: Duration = Duration::from_secs(2);

/// The state of a server that plays STS.
#[derive(Default)]
struct Book {
    /// The expiry of the n-th credentials.
    ends: Mutex<Vec<SystemTime>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Book {
    /// Returns the next credentials after a delay.
    fn issue(&self) -> String {
        self.most_at_once.fetch_max(self.at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(50));
        let end = SystemTime::now() + LIFE;
        let mut ends = self.ends.lock().unwrap();
        ends.push(end);
        let since_epoch = end.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let expires = Timestamp::new(since_epoch.as_secs() as i64, since_epoch.subsec_nanos()).to_string();
        let answer = role_answer("AssumeRole", &format!("ASIA{}", ends.len()), &expires);
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        answer
    }

    /// Whether the credentials of a signature were still valid.
    fn is_valid(&self, authorization: &str) -> bool {
        let number = authorization.split_once("Credential=ASIA").unwrap().1.split('/').next().unwrap();
        let number: usize = number.parse().unwrap();
        SystemTime::now() < self.ends.lock().unwrap()[number - 1]
    }
}

/// A session with the credentials of a role from its own server.
struct Worker {
    name: &'static str,
    /// How long credentials are used before they are renewed.
    use_time: Duration,
    book: Arc<Book>,
    client: Client,
    calls: AtomicUsize,
    _server: Server,
    _home: Home,
}

fn worker(name: &'static str, use_time: Duration, windows: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Worker {
    let book = Arc::new(Book::default());
    let issuer = book.clone();
    let server = Server::start(move |_| ok(issuer.issue()));
    let home = Home::new().services(&server).env("AWS_ACCESS_KEY_ID", "AKBASE").env("AWS_SECRET_ACCESS_KEY", "S");
    let builder = home.builder().clock(Timestamp::now).config(Config::new()).region("us-west-2");
    let session = windows(builder.assume_role("arn:aws:iam::111111111111:role/Short")).build().unwrap();
    let client = session.client("sqs").unwrap();
    Worker { name, use_time, book, client, calls: AtomicUsize::new(0), _server: server, _home: home }
}

impl Worker {
    fn call(&self) {
        let request = self.client.prepare("list_queues", ()).unwrap();
        assert!(self.book.is_valid(request.headers.get("Authorization").unwrap()), "signed with credentials that are over");
        self.calls.fetch_add(1, Ordering::SeqCst);
    }

    fn report(&self, elapsed: Duration) {
        let issued = self.book.ends.lock().unwrap().len();
        let at_once = self.book.most_at_once.load(Ordering::SeqCst);
        let calls = self.calls.load(Ordering::SeqCst);
        let mut out = std::io::stderr();
        writeln!(out, "{}: {THREADS} threads, {elapsed:.1?}, {calls} calls, {issued} refreshes, {at_once} at once", self.name).unwrap();
        assert_eq!(at_once, 1, "{}", self.name);
        let most = elapsed.as_secs_f64() / self.use_time.as_secs_f64();
        let least = elapsed.as_secs_f64() / (LIFE.as_secs_f64() + 0.1);
        assert!(issued as f64 <= most + 1.0 && issued as f64 >= least, "{}: {issued} refreshes", self.name);
    }
}

#[test]
fn sixty_four_threads_renew_once_per_lifetime() {
    let workers = [
        worker("windows of 1 s and 0.5 s", Duration::from_secs(1), |builder| {
            builder.refresh_windows(Duration::from_secs(1), Duration::from_millis(500))
        }),
        // The default windows exceed the lifetime, so they shrink to a quarter and a sixth of it.
        worker("default windows", Duration::from_millis(1500), |builder| builder),
    ];
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while begin.elapsed() < TIME {
                    workers.iter().for_each(Worker::call);
                    thread::sleep(Duration::from_millis(200));
                }
            });
        }
    });
    workers.iter().for_each(|worker| worker.report(begin.elapsed()));
}
