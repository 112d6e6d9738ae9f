//! `tucuxi s3`: command lines that must not lose data, with the exit codes of the AWS CLI.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::server::{self, Server};

/// A folder, a bucket `river`, and the command.
pub(super) struct Shell {
    server: Server,
    folder: tempfile::TempDir,
}

impl Shell {
    pub(super) fn new() -> Shell {
        let shell = Shell { server: Server::start().unwrap(), folder: tempfile::tempdir().unwrap() };
        shell.lines(&["mb", "s3://river"]);
        shell
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
        command.env_clear().env("AWS_ACCESS_KEY_ID", server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY);
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", self.folder.path());
        command.arg("s3").args(arguments).args(["--region", "us-east-1", "--endpoint-url", &self.server.url()]);
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The sorted lines of a command that succeeds.
    pub(super) fn lines(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let mut lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Standard error of a command that fails with this exit code.
    pub(super) fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        stderr
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.lines(&["ls", "s3://river", "--recursive"]).iter().map(|line| line.split_whitespace().last().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_move_onto_itself_is_rejected_and_the_object_stays() {
    let shell = Shell::new();
    shell.write("f", "hi");
    shell.lines(&["cp", "f", "s3://river/dir/f"]);
    for (from, to, flags) in [
        ("s3://river/dir/f", "s3://river/dir/f", &[][..]),
        ("s3://river/dir/f", "s3://river/dir/", &[]),
        ("s3://river/dir", "s3://river/dir/", &["--recursive"]),
        ("s3://river", "s3://river/", &["--recursive"]),
    ] {
        let error = shell.fails(252, &[&["mv", from, to], flags].concat());
        assert!(error.contains("Cannot mv a file onto itself: s3://river/"), "{error}");
        assert_eq!(shell.keys(), ["dir/f"]);
    }
    shell.lines(&["mv", "s3://river/dir/f", "s3://river/g"]);
    assert_eq!(shell.keys(), ["g"]);
}

#[test]
fn a_missing_source_is_a_failure_of_every_command() {
    let shell = Shell::new();
    for arguments in
        [&["cp", "missing", "s3://river/"][..], &["cp", "missing", "s3://river/", "--recursive"], &["sync", "missing", "s3://river/"]]
    {
        let error = shell.fails(255, arguments);
        assert!(error.contains("The user-provided path missing does not exist."), "{error}");
    }
    assert!(shell.fails(252, &["cp", "f", "s3://river/", "--checksum-mode", "ENABLED"]).contains("checksum-mode"));
}

#[test]
fn nothing_is_deleted_when_part_of_the_source_could_not_be_read() {
    let shell = Shell::new();
    shell.write("src/a", "a");
    shell.write("src/b", "b");
    shell.lines(&["sync", "src", "s3://river"]);
    fs::remove_file(shell.path("src/b")).unwrap();
    dangling_link(&shell.path("src/b"));
    shell.write("src/c", "c");
    let error = shell.fails(2, &["sync", "src", "s3://river", "--delete"]);
    assert!(error.contains("Nothing was deleted, because part of the source could not be read."), "{error}");
    assert_eq!(shell.keys(), ["a", "b", "c"]);
    // An excluded file is not part of the source.
    shell.lines(&["sync", "src", "s3://river", "--delete", "--exclude", "b"]);
    assert_eq!(shell.keys(), ["a", "b", "c"]);
    fs::remove_file(shell.path("src/b")).unwrap();
    shell.lines(&["sync", "src", "s3://river", "--delete"]);
    assert_eq!(shell.keys(), ["a", "c"]);
}

#[cfg(unix)]
fn dangling_link(path: &Path) {
    std::os::unix::fs::symlink("/does/not/exist", path).unwrap();
}

#[test]
fn a_closed_pipe_ends_a_listing_silently_and_does_not_stop_transfers() {
    let shell = Shell::new();
    (0..30).for_each(|number| shell.write(&format!("src/{number}"), "x"));
    for arguments in [&["cp", "src", "s3://river", "--recursive"][..], &["ls", "s3://river"], &["rb", "s3://river", "--force"]] {
        let mut child = shell.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{arguments:?}");
        if arguments[0] == "cp" {
            assert_eq!(shell.keys().len(), 30);
        }
    }
}

#[test]
fn an_object_may_be_read_in_part_by_the_program_behind_the_pipe() {
    let shell = Shell::new();
    shell.write("in", &"x".repeat(3 << 20));
    shell.lines(&["cp", "in", "s3://river/k"]);
    for arguments in [&["cp", "s3://river/k", "-"][..], &["cat", "s3://river/k"]] {
        let mut child = shell.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_fails_the_file_and_the_others_continue() {
    let shell = Shell::new();
    shell.write("src/large", &"x".repeat(100_000));
    shell.write("src/small", "s");
    shell.lines(&["cp", "src", "s3://river", "--recursive"]);
    // A limit of the size of files stands for the disk. Its signal is ignored, so that writing fails.
    let command = shell.command(&["cp", "s3://river", "out", "--recursive"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    limited.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(shell.folder.path());
    let output = limited.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("download failed: s3://river/large to out/large") && stderr.contains("File too large"), "{stderr}");
    let left: Vec<_> = fs::read_dir(shell.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["small"]);
    if Path::new("/dev/full").exists() {
        let error = shell.fails(1, &["cp", "s3://river/large", "/dev/full"]);
        assert!(error.contains("/dev/full") && error.contains("No space left on device"), "{error}");
    }
}

#[test]
fn existing_files_and_objects_are_left_and_comparisons_by_checksum_ignore_times() {
    let shell = Shell::new();
    shell.write("src/a", "old");
    shell.lines(&["cp", "src", "s3://river", "--recursive"]);
    shell.write("src/a", "new");
    assert_eq!(shell.lines(&["cp", "src", "s3://river", "--recursive", "--no-overwrite"]), [""; 0]);
    assert_eq!(shell.lines(&["cp", "s3://river/a", "-"]), ["old"]);
    assert_eq!(shell.lines(&["sync", "src", "s3://river", "--checksum"]), ["upload: src/a to s3://river/a"]);
    shell.write("src/a", "new");
    assert_eq!(shell.lines(&["sync", "src", "s3://river", "--checksum"]), [""; 0]);
    assert_eq!(shell.lines(&["sync", "src", "s3://river", "--size-only"]), [""; 0]);
}

#[test]
fn the_expected_size_of_a_pipe_decides_the_part_size() {
    let shell = Shell::new();
    shell.write("in", &"x".repeat(9 << 20));
    let run = |size: &str| {
        let input = fs::File::open(shell.path("in")).unwrap();
        shell.command(&["cp", "-", "s3://river/k", "--expected-size", size]).stdin(input).output().unwrap()
    };
    assert_eq!(run("100000000000").status.code(), Some(0));
    assert!(String::from_utf8_lossy(&run("many").stderr).contains("invalid int value: 'many'"));
    assert!(shell.lines(&["ls", "s3://river"])[0].contains(&(9 << 20).to_string()));
}
