//! Files that change, cannot be read, or do not fit: each is an error that names it, and the others continue.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{PART, content, session, with_bucket};
use tucuxi::{Cancel, ErrorKind, PlanOptions, Transfer, TransferConfig, value};

fn grow(path: &Path) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

#[test]
fn files_that_grow_while_they_are_sent_are_errors_and_leave_no_object() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    for (name, length, operation) in [("whole", 200_000, "PutObject"), ("parts", 2 * PART + 1, "UploadPart")] {
        let path = folder.path().join(name);
        fs::write(&path, content(length)).unwrap();
        fs::write(folder.path().join("other"), "other").unwrap();
        let growing = path.clone();
        let hook = s3
            .on(&format!("before-sign.s3.{operation}"), move |event| {
                let is_it =
                    event.request_mut().is_some_and(|request| request.url.contains(growing.to_str().unwrap().rsplit('/').next().unwrap()));
                if is_it {
                    grow(&growing);
                }
                Ok(())
            })
            .unwrap();
        let config = TransferConfig::new().multipart_threshold(PART as u64).multipart_chunksize(PART as u64);
        let report = Transfer::new(&s3).config(config).upload_dir(folder.path(), "river", name, &PlanOptions::new()).unwrap();
        s3.off(hook);
        assert_eq!((report.objects, report.failures.len()), (1, 1), "{report}");
        let error = &report.failures[0].error;
        assert_eq!(error.kind(), ErrorKind::Stream, "{error}");
        assert!(error.to_string().contains(&format!("/{name}: the file changed while it was uploaded.")), "{error}");
        let listing = s3.call("list_objects_v2", value!({"Bucket": "river", "Prefix": name})).unwrap();
        assert_eq!(listing["Contents"].as_list().map(|objects| objects.len()), Some(1), "only the other one");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_small_file_is_one_version_of_it() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small");
    fs::write(&path, "as it was").unwrap();
    let growing = path.clone();
    s3.on("before-sign.s3.PutObject", move |_| {
        grow(&growing);
        Ok(())
    })
    .unwrap();
    Transfer::new(&s3).upload_file(&path, "river", "k").unwrap();
    let object = s3.call("get_object", value!({"Bucket": "river", "Key": "k"})).unwrap();
    assert_eq!(object["Body"].as_stream().unwrap().read_text().unwrap(), "as it was");
}

#[test]
fn a_canceled_plan_tells_what_it_has_done() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    (0..20).for_each(|number| fs::write(folder.path().join(format!("{number:02}")), "x").unwrap());
    let (cancel, done) = (Cancel::new(), Arc::new(AtomicUsize::new(0)));
    let canceling = cancel.clone();
    let transfer = Transfer::new(&s3).config(TransferConfig::new().max_concurrency(1)).cancel(&cancel).on_progress(move |_| {
        if done.fetch_add(1, Ordering::SeqCst) == 4 {
            canceling.cancel();
        }
        Ok(())
    });
    let error = transfer.upload_dir(folder.path(), "river", "", &PlanOptions::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Canceled);
    let details = error.details();
    assert_eq!((details["report"]["objects"].as_int(), details["report"]["bytes"].as_int()), (Some(5), Some(5)), "{details:?}");
    let listing = s3.call("list_objects_v2", value!({"Bucket": "river"})).unwrap();
    assert_eq!(listing["Contents"].as_list().map(|objects| objects.len()), Some(5));
}

#[test]
fn a_bucket_copy_of_a_listing_needs_one_request_per_small_object() {
    let (server, s3) = with_bucket();
    for key in ["from/a", "from/b"] {
        s3.call("put_object", value!({"Bucket": "river", "Key": key, "Body": "x"})).unwrap();
    }
    let counted = session().client_builder("s3").endpoint_url(server.url()).build().unwrap();
    let log: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
    let seen = log.clone();
    counted
        .on("before-call.s3", move |event| {
            seen.lock().unwrap().push(event.operation().name.as_str().to_owned());
            Ok(())
        })
        .unwrap();
    let transfer = Transfer::new(&counted);
    let report = transfer.sync(&"s3://river/from".parse().unwrap(), &"s3://river/to".parse().unwrap(), &PlanOptions::new()).unwrap();
    assert_eq!(report.check().unwrap().objects, 2);
    let mut names = log.lock().unwrap().clone();
    names.sort();
    assert_eq!(names, ["CopyObject", "CopyObject", "ListObjectsV2", "ListObjectsV2"]);
}

#[cfg(feature = "cli")]
mod command {
    use std::fs::File;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Output};

    use super::super::command::Shell;
    use super::*;

    /// Whether this process may do everything, as in many containers.
    fn is_root() -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        File::open(&path).is_ok()
    }

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs a command of the shell with another program in front of it.
    fn run_with(shell: &Shell, front: &[&str], arguments: &[&str]) -> Output {
        let command = shell.command(arguments);
        // Another user may not reach the program where it was built.
        let program = shell.path("tucuxi");
        if !program.exists() {
            fs::hard_link(command.get_program(), &program).or_else(|_| fs::copy(command.get_program(), &program).map(drop)).unwrap();
        }
        let words = front.iter().copied().map(std::ffi::OsStr::new).chain([program.as_os_str()]).chain(command.get_args());
        let words: Vec<&std::ffi::OsStr> = words.collect();
        let mut whole = Command::new(words[0]);
        whole.args(&words[1..]).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        whole.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(shell.path(""));
        whole.output().unwrap()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Notes that the machine cannot run the test. In CI that is a failure.
    fn skip(reason: &str) {
        assert!(std::env::var_os("CI").is_none(), "{reason}");
        eprintln!("skipped: {reason}");
    }

    #[test]
    fn files_without_permission_are_skipped_or_fail_and_the_others_continue() {
        let front: &[&str] = if is_root() { &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] } else { &[] };
        let can_change =
            front.is_empty() || Command::new(front[0]).args(&front[1..]).arg("true").status().is_ok_and(|status| status.success());
        if !can_change {
            skip("this user may read everything, and there is no setpriv to become another one");
            return;
        }
        let shell = Shell::new();
        mode(&shell.path(""), 0o777);
        for name in ["src/a", "src/secret", "src/closed/x", "src/z"] {
            shell.write(name, name);
        }
        mode(&shell.path("src/secret"), 0o000);
        mode(&shell.path("src/closed"), 0o000);
        let output = run_with(&shell, front, &["cp", "src", "s3://river", "--recursive"]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        for name in ["src/secret", "src/closed"] {
            assert!(stderr.contains(&format!("warning: Skipping file {name}. File/Directory is not readable")), "{stderr}");
        }
        assert_eq!(shell.keys(), ["a", "z"]);
        let output = run_with(&shell, front, &["sync", "src", "s3://river", "--delete"]);
        assert_eq!((output.status.code(), shell.keys()), (Some(2), vec!["a".to_owned(), "z".to_owned()]), "nothing is deleted");
        mode(&shell.path("src/closed"), 0o755);

        shell.lines(&["cp", "src/a", "s3://river/sub/b"]);
        fs::create_dir_all(shell.path("out/sub")).unwrap();
        mode(&shell.path("out"), 0o777);
        mode(&shell.path("out/sub"), 0o555);
        let output = run_with(&shell, front, &["cp", "s3://river", "out", "--recursive"]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("download failed: s3://river/sub/b to out/sub/b") && stderr.contains("Permission denied"), "{stderr}");
        assert_eq!(fs::read_to_string(shell.path("out/a")).unwrap(), "src/a");
        assert_eq!((fs::read_dir(shell.path("out/sub")).unwrap().count(), shell.path("out/z").is_file()), (0, true));
    }

    #[test]
    fn a_full_file_system_fails_the_file_and_the_others_continue() {
        let shell = Shell::new();
        shell.write("src/a", "a");
        shell.write("src/large", &"x".repeat(3 << 20));
        shell.write("src/z", "z");
        shell.lines(&["cp", "src", "s3://river", "--recursive"]);
        fs::create_dir(shell.path("out")).unwrap();
        // A file system of a megabyte, which only this command sees.
        let script = "mount -t tmpfs -o size=1m tmpfs out || exit 99; \"$@\"; code=$?; ls out; exit $code";
        let output = run_with(&shell, &["unshare", "-m", "sh", "-c", script, "sh"], &["cp", "s3://river", "out", "--recursive", "--quiet"]);
        let quiet = text(&output.stderr);
        if !matches!(output.status.code(), Some(0..=98)) || quiet.contains("unshare") {
            skip(&format!("this user cannot mount a file system: {quiet}"));
            return;
        }
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), "a\nz\n".to_owned()), "{quiet}");
        let output = run_with(&shell, &["unshare", "-m", "sh", "-c", script, "sh"], &["cp", "s3://river/large", "out/large"]);
        let stderr = text(&output.stderr);
        assert!(
            stderr.contains("download failed: s3://river/large to out/large") && stderr.contains("No space left on device"),
            "{stderr}"
        );
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    }

    #[test]
    fn links_that_leave_the_target_fail_their_objects_and_the_others_continue() {
        let shell = Shell::new();
        shell.write("src/away/evil", "evil");
        shell.write("src/fine", "fine");
        shell.lines(&["cp", "src", "s3://river", "--recursive"]);
        fs::create_dir_all(shell.path("outside")).unwrap();
        fs::create_dir_all(shell.path("out")).unwrap();
        symlink(shell.path("outside"), shell.path("out/away")).unwrap();
        let error = shell.fails(1, &["cp", "s3://river", "out", "--recursive"]);
        assert!(error.contains("download failed: s3://river/away/evil to out/away/evil"), "{error}");
        assert!(error.contains("a symbolic link leaves it"), "{error}");
        assert_eq!(fs::read_dir(shell.path("outside")).unwrap().count(), 0);
        assert_eq!(fs::read_to_string(shell.path("out/fine")).unwrap(), "fine");
    }
}
