//! Folders and prefixes: uploads, downloads, synchronization, plans, hostile keys, and broken files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use super::{Script, content, respond, scripted, session, with_bucket};
use tucuxi::{Client, Compare, ErrorKind, Filters, Location, Plan, PlanOptions, Transfer, TransferConfig, value};

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// The files below a folder with their contents.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn keys(s3: &Client) -> Vec<String> {
    let listing = s3.call("list_objects_v2", value!({"Bucket": "river"})).unwrap();
    listing["Contents"].as_list().into_iter().flatten().map(|object| object["Key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn folders_are_uploaded_downloaded_and_synchronized() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    write(&source, &[("a.txt", "a"), ("sub/b.txt", "bb"), ("sub/deep/c.jpg", "ccc"), ("empty", "")]);
    let transfer = Transfer::new(&s3);
    let report = transfer.upload_dir(&source, "river", "all", &PlanOptions::new()).unwrap().check().unwrap();
    assert_eq!((report.objects, report.bytes, report.parts), (4, 6, 4));
    assert_eq!(keys(&s3), ["all/a.txt", "all/empty", "all/sub/b.txt", "all/sub/deep/c.jpg"]);

    let report = transfer.download_dir("river", "all", &target, &PlanOptions::new()).unwrap().check().unwrap();
    assert_eq!(report.objects, 4);
    assert_eq!(files(&target), files(&source));
    let [local, prefix] = [Location::file(&target), Location::object("river", "all")];
    for (from, to) in [(&local, &prefix), (&prefix, &local)] {
        assert_eq!(transfer.sync(from, to, &PlanOptions::new()).unwrap().check().unwrap().objects, 0, "{from} to {to}");
    }

    write(&target, &[("a.txt", "changed"), ("new", "n")]);
    fs::remove_file(target.join("sub/b.txt")).unwrap();
    let only_text = PlanOptions::new().delete(true).filters(Filters::new().exclude("*").include("*.txt"));
    let report = transfer.sync(&local, &prefix, &only_text).unwrap().check().unwrap();
    assert_eq!((report.objects, report.deleted), (1, 1));
    assert_eq!(keys(&s3), ["all/a.txt", "all/empty", "all/sub/deep/c.jpg"]);
    let copies = Location::object("river", "copies");
    let report = transfer.sync(&prefix, &copies, &PlanOptions::new()).unwrap().check().unwrap();
    assert_eq!(report.objects, 3);
    let report = transfer.sync(&copies, &local, &PlanOptions::new().delete(true).changed(Compare::Size)).unwrap().check().unwrap();
    assert_eq!((report.objects, report.deleted), (0, 1));
    assert_eq!(files(&target).into_keys().collect::<Vec<_>>(), ["a.txt", "empty", "sub/deep/c.jpg"]);
}

#[test]
fn contents_are_compared_by_checksum_whatever_the_times_say() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("same", "same"), ("other", "1234")]);
    let transfer = Transfer::new(&s3);
    let (local, prefix) = (Location::file(folder.path()), Location::object("river", ""));
    assert_eq!(transfer.sync(&local, &prefix, &PlanOptions::new()).unwrap().objects, 2);
    write(folder.path(), &[("other", "4321")]);
    let future = SystemTime::now() + Duration::from_secs(3600);
    fs::File::options().write(true).open(folder.path().join("same")).unwrap().set_modified(future).unwrap();
    let by = |compare| {
        let plan = transfer.plan(&local, &prefix, &PlanOptions::new().changed(compare)).unwrap();
        plan.items.iter().map(|item| item.target.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(by(Compare::Checksum), ["s3://river/other"]);
    assert_eq!(by(Compare::Size), [""; 0]);
    assert!(by(Compare::SizeAndTime).contains(&"s3://river/same".to_owned()));
}

#[test]
fn a_plan_is_saved_cut_and_executed_elsewhere() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
    names.iter().for_each(|name| write(folder.path(), &[(name, name)]));
    let transfer = Transfer::new(&s3);
    let plan = transfer.plan(&Location::file(folder.path()), &Location::object("river", "p"), &PlanOptions::new()).unwrap();
    assert_eq!(keys(&s3).len(), 0, "a plan transfers nothing");
    assert!(plan.to_string().ends_with("20 items, 40 bytes to transfer, 0 skipped"), "{plan}");
    let parts = Plan::from_json(&plan.to_json()).unwrap().split(3);
    let done: Vec<u64> = parts.iter().map(|part| transfer.execute(part).unwrap().check().unwrap().objects).collect();
    assert_eq!(done.iter().sum::<u64>(), 20);
    assert_eq!(keys(&s3).len(), 20);
}

/// A client of a bucket with objects under these keys, each with its key as content.
fn with_keys(keys: &'static [&'static str]) -> (Client, Arc<Mutex<Vec<String>>>) {
    let contents = || {
        let escaped = |key: &&str| key.replace('&', "&amp;").replace('<', "&lt;").replace('\0', "%00").replace(' ', "%20");
        keys.iter().map(|key| format!("<Contents><Key>{}</Key><Size>1</Size></Contents>", escaped(key))).collect::<String>()
    };
    let listing = format!("<ListBucketResult><EncodingType>url</EncodingType>{}</ListBucketResult>", contents());
    scripted([(
        "get",
        Box::new(move |request, _| match request.url.contains("list-type") {
            true => respond(200, &[], listing.as_bytes()),
            false => respond(200, &[("content-length", "1")], b"x"),
        }),
    )])
}

#[test]
fn keys_that_are_no_file_names_are_skipped_one_by_one() {
    let (s3, _) = with_keys(&["ok", "../evil", "/abs", "a//b", "a/./b", "a/../../x", "nul\0", "sub/fine", "folder/", ".."]);
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("deep/target");
    let report = Transfer::new(&s3).download_dir("river", "", &target, &PlanOptions::new()).unwrap();
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), ["deep/target/ok", "deep/target/sub/fine"]);
    let mut skipped: Vec<&str> = report.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    skipped.sort_unstable();
    let expected = [
        "s3://river/..",
        "s3://river/../evil",
        "s3://river//abs",
        "s3://river/a/../../x",
        "s3://river/a/./b",
        "s3://river/a//b",
        "s3://river/nul\0",
    ];
    assert_eq!(skipped, expected);
    assert!(report.failures.is_empty(), "{report}");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_at_the_target_does_not_lead_out_of_it() {
    let (s3, _) = with_keys(&["away/evil", "ok"]);
    let folder = tempfile::tempdir().unwrap();
    let (target, outside) = (folder.path().join("target"), folder.path().join("outside"));
    fs::create_dir_all(&target).unwrap();
    fs::create_dir_all(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, target.join("away")).unwrap();
    let report = Transfer::new(&s3).download_dir("river", "", &target, &PlanOptions::new()).unwrap();
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert!(target.join("ok").is_file());
    assert_eq!(report.failures.len(), 1);
    let failure = &report.failures[0];
    assert_eq!((failure.error.kind(), failure.item.target.clone()), (ErrorKind::ParamValidation, Location::file(target.join("away/evil"))));
    // A plan from elsewhere is not trusted either.
    let plan = format!(
        r#"{{"version": 1, "folder": "{}", "items": [{{"action": "download", "source": "s3://river/ok", "target": "{}", "size": 1}}]}}"#,
        target.display(),
        outside.join("f").display()
    );
    let report = Transfer::new(&s3).execute(&Plan::from_json(&plan).unwrap()).unwrap();
    assert_eq!(report.failures[0].error.kind(), ErrorKind::ParamValidation);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_or_written_are_reported_and_the_others_continue() {
    use std::os::unix::fs::symlink;
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    write(&source, &[("a", "a"), ("b", "b"), ("sub/c", "c")]);
    symlink("/does/not/exist", source.join("dangling")).unwrap();
    symlink(&source, source.join("sub/loop")).unwrap();
    let report = Transfer::new(&s3).upload_dir(&source, "river", "", &PlanOptions::new()).unwrap();
    assert_eq!((report.objects, report.failures.len(), report.skipped.len()), (3, 0, 1), "{report}");
    assert!(report.skipped[0].path.ends_with("/dangling"));
    // A file in the place of a folder.
    let target = folder.path().join("target");
    write(&target, &[("sub", "I am a file.")]);
    let report = Transfer::new(&s3).download_dir("river", "", &target, &PlanOptions::new()).unwrap();
    assert_eq!((report.objects, report.failures.len()), (2, 1), "{report}");
    assert!(report.failures[0].error.to_string().contains("target/sub"), "{}", report.failures[0].error);
    assert_eq!(fs::read_to_string(target.join("sub")).unwrap(), "I am a file.");
}

#[test]
fn files_that_shrink_while_they_are_sent_fail_and_leave_no_upload() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, content(3 * super::PART)).unwrap();
    let aborted = Arc::new(AtomicUsize::new(0));
    let counter = aborted.clone();
    s3.on("before-sign.s3.AbortMultipartUpload", move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(())
    })
    .unwrap();
    let shrinking = path.clone();
    let config = TransferConfig::new().multipart_threshold(1).multipart_chunksize(super::PART as u64).max_concurrency(1);
    let transfer = Transfer::new(&s3).config(config).on_progress(move |_| {
        fs::File::options().write(true).open(&shrinking)?.set_len(super::PART as u64 + 100)?;
        Ok(())
    });
    let error = transfer.upload_file(&path, "river", "k").unwrap_err();
    assert!(error.to_string().contains("became shorter"), "{error}");
    assert_eq!(aborted.load(Ordering::SeqCst), 1);
    assert_eq!(keys(&s3), [""; 0]);
}

#[test]
fn existing_objects_and_files_stay_on_request() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a", "new"), ("b", "new")]);
    s3.call("put_object", value!({"Bucket": "river", "Key": "a", "Body": "old"})).unwrap();
    let transfer = Transfer::new(&s3).no_overwrite();
    let report = transfer.upload_dir(folder.path(), "river", "", &PlanOptions::new()).unwrap();
    assert_eq!((report.objects, report.skipped.len(), report.failures.len()), (1, 1, 0), "{report}");
    let report = transfer.download_dir("river", "", folder.path(), &PlanOptions::new()).unwrap();
    assert_eq!((report.objects, report.skipped.len()), (0, 2), "{report}");
    assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "new");
    let error = transfer.upload_file(folder.path().join("a"), "river", "a").unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Transfer, "AlreadyExists"));
}

#[test]
fn folders_are_transferred_by_name() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    write(&folder.path().join("in"), &[("a.txt", "a"), ("b.tmp", "b")]);
    let report = s3
        .call("upload_dir", value!({"Directory": path("in"), "Bucket": "river", "Prefix": "p", "Filters": [{"exclude": "*.tmp"}]}))
        .unwrap();
    assert_eq!((report["objects"].as_int(), report["failures"].as_list().unwrap().len()), (Some(1), 0));
    let parameters = value!({"Source": "s3://river/p", "Target": path("out"), "Compare": "checksum", "DryRun": true});
    let plan = s3.call("sync", parameters.clone()).unwrap();
    assert_eq!(plan["items"][0]["source"], "s3://river/p/a.txt");
    assert!(!folder.path().join("out").exists());
    s3.call("download_dir", value!({"Bucket": "river", "Prefix": "p", "Directory": path("out")})).unwrap();
    assert_eq!(fs::read_to_string(path("out/a.txt")).unwrap(), "a");
    for (wrong, text) in [
        (value!({"Source": "s3://river", "Target": "x", "Compare": "chcksum"}), "Did you mean checksum"),
        (value!({"Source": "s3://river", "Target": "x", "Filters": [{"only": "x"}]}), "Filters[0]"),
        (value!({"Source": "a", "Target": "b"}), "One of the locations must be in S3"),
    ] {
        let error = s3.call("sync", wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn parts_of_a_plan_are_executed_by_name_and_their_reports_are_added_up() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a", "12345"), ("b", "1234"), ("c", "1"), ("d", ""), ("e", "")]);
    let plan = s3.call("plan_transfers", value!({"Source": folder.path().display().to_string(), "Target": "s3://river/p"})).unwrap();
    let parts = s3.call("split_plan", value!({"Plan": (plan), "Parts": 2})).unwrap();
    let moved = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let run = |part: &tucuxi::Value| {
        let moved = moved.clone();
        let call = s3.request("execute_plan", value!({"Plan": (part.clone())})).on_progress(move |bytes| {
            moved.fetch_add(bytes, Ordering::SeqCst);
            Ok(())
        });
        call.send().unwrap()
    };
    let reports: Vec<tucuxi::Value> = parts.as_list().unwrap().iter().map(run).collect();
    assert_eq!(reports.iter().map(|report| report["bytes"].as_int().unwrap()).collect::<Vec<_>>(), [5, 5]);
    let longest = reports.iter().filter_map(|report| report["elapsed"].as_float()).fold(0.0, f64::max);
    let merged = s3.call("merge_reports", value!({"Reports": (reports)})).unwrap();
    assert_eq!((merged["objects"].as_int(), merged["bytes"].as_int(), merged["elapsed"].as_float()), (Some(5), Some(10), Some(longest)));
    assert_eq!(moved.load(Ordering::SeqCst), 10);
    assert_eq!(s3.call("list_objects_v2", value!({"Bucket": "river", "Prefix": "p/"})).unwrap()["KeyCount"].as_int(), Some(5));
    let ranges = s3.call("split_keys", value!({"Bucket": "river", "Parts": 3})).unwrap();
    assert_eq!(ranges.to_string(), "[{}]");
    for (method, wrong, text) in [
        ("split_plan", value!({"Plan": {"version": 2}, "Parts": 2}), "version must be 1"),
        ("split_plan", value!({"Plan": {"version": 1, "items": []}, "Parts": 0}), "Parts: at least 1"),
        ("execute_plan", value!({"Plan": {"version": 1, "items": [{"action": "fly"}]}}), "items[0].action"),
        ("merge_reports", value!({"Reports": [{"objects": 1}]}), "reports[0].deleted"),
    ] {
        let error = s3.call(method, wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ParamValidation);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn all_transfers_of_an_engine_share_its_limits() {
    let busy = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let seen = busy.clone();
    let put: super::Answer = Box::new(move |_, _| {
        seen.1.fetch_max(seen.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5));
        seen.0.fetch_sub(1, Ordering::SeqCst);
        respond(200, &[("etag", "\"e\"")], b"")
    });
    let s3 = session().client_builder("s3").transport(Script::new([("put", put)])).build().unwrap();
    let transfer = Transfer::new(&s3).config(TransferConfig::new().max_concurrency(3));
    std::thread::scope(|scope| {
        for number in 0..12 {
            let transfer = transfer.clone();
            scope.spawn(move || transfer.upload_fileobj(&b"content"[..], "river", &number.to_string()).unwrap());
        }
    });
    assert_eq!(busy.1.load(Ordering::SeqCst), 3);
}

#[test]
fn the_bandwidth_is_limited_in_both_directions() {
    let (_server, s3) = with_bucket();
    let content = content(300_000);
    let transfer = Transfer::new(&s3).config(TransferConfig::from_value(&value!({"max_bandwidth": 1_000_000})).unwrap());
    let begun = std::time::Instant::now();
    transfer.upload_fileobj(content.as_slice(), "river", "k").unwrap();
    // The last 64 KiB are granted when the others have been sent.
    assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    let mut written = Vec::new();
    transfer.download_fileobj("river", "k", &mut written).unwrap();
    assert!(written == content);
    assert!(begun.elapsed() >= Duration::from_millis(30), "{:?}", begun.elapsed());
}
