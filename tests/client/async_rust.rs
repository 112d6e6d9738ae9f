//! The async interface, on tokio.

use std::fs;
use std::future::poll_fn;
use std::io::{self, Cursor, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use futures_core::Stream as AsyncIterator;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Runtime;
use tokio::task::spawn_blocking;
use tucuxi::host::tokio::AsyncBody;
use tucuxi::{Client, Config, Credentials, Environment, ErrorKind, Outcome, Resource, Session, Stream, Transfer, Value, value};

use crate::loopback::{self, Server};
use crate::{moto, process};

fn session() -> Session {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    session.credentials(Credentials::new("testing", "testing")).build().unwrap()
}

fn s3(url: &str) -> Client {
    let config = Config::new().total_max_attempts(1).read_timeout(Duration::from_secs(60));
    session().client_builder("s3").endpoint_url(url).config(config).build().unwrap()
}

/// A bucket on the shared server.
async fn bucket(name: &str) -> Resource {
    let s3 = session().resource_with("s3", value!({"endpoint_url": moto::url()})).unwrap();
    let bucket = s3.resource("Bucket", name).unwrap();
    bucket.call_async("create", ()).await.unwrap();
    bucket
}

async fn next<S: AsyncIterator>(mut stream: Pin<&mut S>) -> Option<S::Item> {
    poll_fn(|context| stream.as_mut().poll_next(context)).await
}

async fn read_all(mut body: AsyncBody) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let mut space = [0; 1000];
        let mut buffer = ReadBuf::new(&mut space);
        poll_fn(|context| Pin::new(&mut body).poll_read(context, &mut buffer)).await?;
        match buffer.filled() {
            [] => return Ok(content),
            piece => content.extend_from_slice(piece),
        }
    }
}

async fn sleep(milliseconds: u64) {
    spawn_blocking(move || thread::sleep(Duration::from_millis(milliseconds))).await.unwrap();
}

#[test]
fn calls_pages_resources_and_waiters() {
    Runtime::new().unwrap().block_on(async {
        let bucket = bucket("async-objects").await;
        let s3 = bucket.client().clone();
        s3.wait_async("bucket_exists", value!({"Bucket": "async-objects"})).await.unwrap();
        bucket.wait_async("exists").await.unwrap();
        for number in 0..5 {
            let params = value!({"Bucket": "async-objects", "Key": format!("key-{number}"), "Body": "x"});
            s3.request("put_object", params).header("x-amz-meta-own", "yes").send_async().await.unwrap();
        }
        let mut pages = pin!(s3.paginate("list_objects_v2", value!({"Bucket": "async-objects"})).unwrap().page_size(2).into_async());
        let mut counts = Vec::new();
        while let Some(page) = next(pages.as_mut()).await {
            counts.push(page.unwrap()["KeyCount"].as_int().unwrap());
        }
        assert_eq!(counts, [2, 2, 1]);
        assert!(next(pages.as_mut()).await.is_none(), "it stays at its end");
        let mut pages = pin!(s3.paginate("list_objects_v2", value!({"Bucket": "async-objects"})).unwrap().max_items(1).into_async());
        while next(pages.as_mut()).await.is_some() {}
        assert!(pages.resume_token().is_some(), "the other four can be fetched later");

        let mut objects = Box::pin(bucket.collection("objects").unwrap().page_size(2).limit(3).into_async());
        let mut resources = Vec::new();
        while let Some(object) = next(objects.as_mut()).await {
            resources.push(object.unwrap());
        }
        drop(objects);
        let keys: Vec<Value> = resources.iter().map(|object| object.get("key").unwrap()).collect();
        assert_eq!(keys, ["key-0", "key-1", "key-2"]);
        let Outcome::Value(object) = resources[0].call_async("get", ()).await.unwrap() else { panic!("an object") };
        assert_eq!(object["Metadata"]["own"], "yes");
        assert!(bucket.get_async("creation_date").await.unwrap().as_timestamp().is_some());
        let deleted = bucket.collection("objects").unwrap().call_async("delete", ()).await.unwrap();
        assert_eq!(deleted[0].value().unwrap()["Deleted"].as_list().unwrap().len(), 5);

        let error = s3.call_async("get_object", value!({"Bucket": "async-objects", "Key": "nope"})).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some("NoSuchKey")));
        let error = s3.wait_async("bucket_exist", ()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownName);
    });
}

#[test]
fn attributes_that_an_async_call_loads_are_loaded_for_the_resource() {
    Runtime::new().unwrap().block_on(async {
        let bucket = bucket("async-attributes").await;
        assert!(bucket.data().is_none());
        bucket.get_async("creation_date").await.unwrap();
        assert!(bucket.data().is_some());
    });
}

/// Produces bytes when a thread says so.
struct Slow {
    pieces: mpsc::Receiver<u8>,
    wake: Arc<Mutex<Option<std::task::Waker>>>,
}

impl Slow {
    fn of(bytes: &'static [u8]) -> Slow {
        let (sender, pieces) = mpsc::channel();
        let wake: Arc<Mutex<Option<std::task::Waker>>> = Arc::default();
        let waker = Arc::clone(&wake);
        let wake_up = move || {
            if let Some(waker) = waker.lock().unwrap().take() {
                waker.wake();
            }
        };
        thread::spawn(move || {
            for byte in bytes {
                thread::sleep(Duration::from_millis(5));
                sender.send(*byte).unwrap();
                wake_up();
            }
            drop(sender);
            wake_up();
        });
        Slow { pieces, wake }
    }
}

impl AsyncRead for Slow {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut wake = self.wake.lock().unwrap();
        match self.pieces.try_recv() {
            Ok(byte) => buffer.put_slice(&[byte]),
            Err(mpsc::TryRecvError::Disconnected) => {}
            Err(mpsc::TryRecvError::Empty) => {
                *wake = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl AsyncWrite for Sink {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn bodies_and_transfers_use_async_readers_and_writers() {
    Runtime::new().unwrap().block_on(async {
        let bucket = bucket("async-bodies").await;
        let s3 = bucket.client().clone();
        let transfer = Transfer::new(&s3);
        let content: Vec<u8> = (0..300_000u32).map(|number| number as u8).collect();
        transfer.upload_fileobj_async(Cursor::new(content.clone()), "async-bodies", "large").await.unwrap();
        transfer.upload_fileobj_async(Slow::of(b"a slow river"), "async-bodies", "slow").await.unwrap();
        let sink = Sink::default();
        transfer.download_fileobj_async("async-bodies", "large", sink.clone()).await.unwrap();
        assert!(*sink.0.lock().unwrap() == content);

        let object = s3.call_async("get_object", value!({"Bucket": "async-bodies", "Key": "large"})).await.unwrap();
        let body = object["Body"].as_stream().unwrap();
        assert!(read_all(body.into_async_read().unwrap()).await.unwrap() == content);
        assert_eq!(body.into_async_read().err().unwrap().kind(), ErrorKind::Stream);
        assert!(body.events_async().is_none());
        let object = s3.call_async("get_object", value!({"Bucket": "async-bodies", "Key": "slow"})).await.unwrap();
        assert_eq!(read_all(object["Body"].as_stream().unwrap().into_async_read().unwrap()).await.unwrap(), b"a slow river");

        // Without TLS, a body that can be read only once must not be covered by a signature.
        let config = value!({"s3": {"payload_signing_enabled": false}, "request_checksum_calculation": "when_required"});
        let once = session().client_with("s3", value!({"endpoint_url": moto::url(), "config": config})).unwrap();
        let stream = Stream::from_async_read(Slow::of(b"streamed"), Some(8));
        once.call_async("put_object", value!({"Bucket": "async-bodies", "Key": "once", "Body": stream})).await.unwrap();
        let length = transfer.run_async(|transfer| transfer.download_file("async-bodies", "once", "/dev/null/x")).await;
        assert_eq!(length.unwrap_err().kind(), ErrorKind::Stream);
        let head = s3.call_async("head_object", value!({"Bucket": "async-bodies", "Key": "once"})).await.unwrap();
        assert_eq!(head["ContentLength"], 8);
    });
}

/// A server whose connections get `response` and nothing else. The receiver gets the time at which a client closes its connection.
fn stalling(response: &'static str) -> (String, mpsc::Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, closed) = mpsc::channel();
    thread::spawn(move || {
        let serve = move |mut connection: TcpStream| {
            connection.write_all(response.as_bytes()).unwrap();
            let mut buffer = [0; 4096];
            while matches!(connection.read(&mut buffer), Ok(count) if count > 0) {}
            sender.send(Instant::now())
        };
        for connection in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(connection));
        }
    });
    (url, closed)
}

/// Loose enough for a busy machine; the documentation says 100 ms.
const SOON: Duration = Duration::from_secs(2);

#[test]
fn what_is_dropped_is_canceled_at_once() {
    let runtime = Runtime::new().unwrap();
    let (url, closed) = stalling("");
    let s3 = s3(&url);
    let get = || s3.call_async("get_object", value!({"Bucket": "b", "Key": "k"}));
    let pages = || s3.paginate("list_objects_v2", value!({"Bucket": "b"})).unwrap().into_async();
    let resource = session().resource_with("s3", value!({"endpoint_url": url.as_str()})).unwrap().resource("Bucket", "b").unwrap();
    let objects = || resource.collection("objects").unwrap().into_async();
    let transfer = Transfer::new(&s3);
    runtime.block_on(async {
        let dropped = |what: &'static str, task: tokio::task::JoinHandle<()>| {
            let closed = &closed;
            async move {
                sleep(100).await;
                let start = Instant::now();
                task.abort();
                let end = closed.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{what} is not canceled"));
                assert!(end.saturating_duration_since(start) < SOON, "{what}: {:?}", end - start);
            }
        };
        let call = get();
        dropped("a call", tokio::spawn(async move { drop(call.await) })).await;
        let mut stream = Box::pin(pages());
        dropped("a pagination", tokio::spawn(async move { drop(next(stream.as_mut()).await) })).await;
        let mut stream = Box::pin(objects());
        dropped("a collection", tokio::spawn(async move { drop(next(stream.as_mut()).await) })).await;
        let call = resource.get_async("creation_date");
        dropped("an attribute", tokio::spawn(async move { drop(call.await) })).await;
        let call = s3.wait_async("object_exists", value!({"Bucket": "b", "Key": "k"}));
        dropped("a wait", tokio::spawn(async move { drop(call.await) })).await;
        let call = transfer.upload_fileobj_async(Cursor::new(vec![0; 100]), "b", "k");
        dropped("a transfer", tokio::spawn(async move { drop(call.await) })).await;
        assert!(resource.client().call("no_such_operation", ()).is_err_and(|error| error.kind() == ErrorKind::UnknownOperation));
    });
    // Its threads are free, so the runtime ends at once.
    let start = Instant::now();
    drop(runtime);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn a_body_that_is_dropped_ends_its_connection() {
    let runtime = Runtime::new().unwrap();
    let (url, closed) = stalling("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello");
    runtime.block_on(async {
        let object = s3(&url).call_async("get_object", value!({"Bucket": "b", "Key": "k"})).await.unwrap();
        let body = object["Body"].as_stream().unwrap().into_async_read().unwrap();
        let task = tokio::spawn(read_all(body));
        sleep(100).await;
        let start = Instant::now();
        task.abort();
        let end = closed.recv_timeout(Duration::from_secs(20)).expect("the connection is closed");
        assert!(end.saturating_duration_since(start) < SOON, "{:?}", end - start);
    });
}

#[test]
fn an_own_handle_cancels_too() {
    let (url, _closed) = stalling("");
    let s3 = s3(&url);
    let cancel = tucuxi::Cancel::new();
    let call = s3.request("get_object", value!({"Bucket": "b", "Key": "k"})).cancel(&cancel).send_async();
    Runtime::new().unwrap().block_on(async {
        let task = tokio::spawn(call);
        sleep(50).await;
        cancel.cancel();
        assert_eq!(task.await.unwrap().unwrap_err().kind(), ErrorKind::Canceled);
    });
}

#[test]
fn five_hundred_tasks_on_one_client_a_third_of_them_canceled() {
    process::alone(five_hundred_tasks_on_one_client_a_third_of_them_canceled, || {
        // No response is sent before the tasks are canceled.
        let is_held = Arc::new(AtomicBool::new(false));
        let held = is_held.clone();
        let server = Server::start(move |seen| {
            while held.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
            loopback::ok(seen.line.clone())
        });
        let s3 = s3(&server.url());
        s3.call("head_object", value!({"Bucket": "b", "Key": "first"})).unwrap();
        is_held.store(true, Ordering::Relaxed);
        let count = |what: &str| fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
        thread::sleep(Duration::from_millis(100));
        let before = (count("task"), count("fd"));
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let read = |index: usize| {
                let call = s3.call_async("get_object", value!({"Bucket": "b", "Key": format!("key-{index}")}));
                async move { read_all(call.await?["Body"].as_stream().unwrap().into_async_read()?).await.map_err(tucuxi::Error::from) }
            };
            let tasks: Vec<_> = (0..500).map(|index| tokio::spawn(read(index))).collect();
            sleep(200).await;
            tasks.iter().step_by(3).for_each(|task| task.abort());
            is_held.store(false, Ordering::Relaxed);
            for (index, task) in tasks.into_iter().enumerate() {
                match task.await {
                    Ok(content) => {
                        let content = String::from_utf8(content.unwrap()).unwrap();
                        assert_eq!(content, format!("GET /b/key-{index}"));
                        assert!(index % 3 != 0, "{index} was canceled");
                    }
                    Err(error) => assert!(error.is_cancelled() && index % 3 == 0, "{index}: {error}"),
                }
            }
        });
        drop(runtime);
        let end = Instant::now() + Duration::from_secs(10);
        while (count("task") > before.0 || count("fd") > before.1) && Instant::now() < end {
            thread::sleep(Duration::from_millis(50));
        }
        assert!(count("task") <= before.0 && count("fd") <= before.1, "{before:?} became {:?}", (count("task"), count("fd")));
    });
}
