//! The scenario of `tests/support/scenario.json` in each scripting language against moto.

#[cfg(feature = "lua")]
mod lua;
#[cfg(feature = "rhai")]
mod rhai;

use tucuxi::{Credentials, Environment, Session};

/// A session that sees neither environment nor files.
fn session() -> Session {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1");
    session.credentials(Credentials::new("testing", "testing")).build().unwrap()
}

/// `tucuxi run`.
#[cfg(all(feature = "cli", feature = "lua", feature = "rhai"))]
mod command {
    use std::io::Write as _;
    use std::process::{Command, Output, Stdio};

    fn run(arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
        command.arg("run").args(["--region", "us-east-1", "--endpoint-url", &crate::moto::url()]).args(arguments);
        command.env_clear().env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    #[test]
    fn scripts_receive_their_arguments_and_call_services() {
        let lua = "local name, flag = ...\nprint(name, flag, arg[1], tucuxi.client('sts'):get_caller_identity().Account)";
        let output = run(&["--language", "lua", "-", "a", "--b"], lua);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a\t--b\ta\t123456789012\n", "{}", String::from_utf8_lossy(&output.stderr));
        let rhai = "print(`${ARGS[0]} ${tucuxi::client(\"sts\").get_caller_identity().Account}`)";
        let output = run(&["--language", "rhai", "-", "a"], rhai);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a 123456789012\n", "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn the_programs_of_the_guide() {
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide");
        for (language, expected) in [
            ("lua", "3 objects\nimages/1\t1\nimages/2\t2\nNoSuchKey\t404\tThe specified key does not exist.\nxxx\n"),
            ("rhai", "3 objects\nimages/1 8\nimages/2 8\nNoSuchKey 404 The specified key does not exist.\nobject 3\n"),
        ] {
            let path = format!("{guide}/programs/tour.{language}");
            let program = std::fs::read_to_string(&path).unwrap();
            let chapter = std::fs::read_to_string(format!("{guide}/{language}.md")).unwrap();
            assert!(chapter.contains(&program), "the chapter shows another program than {path}");
            let output = run(&[&path], "");
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{}", String::from_utf8_lossy(&output.stderr));
        }
    }

    #[test]
    fn errors_are_printed_with_their_position() {
        let folder = tempfile::tempdir().unwrap();
        for (name, script, place) in
            [("s.lua", "\nlocal x = tucuxi.client('nope')", "s.lua:2:"), ("s.rhai", "\nlet x = tucuxi::client(\"nope\");", "s.rhai: ")]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, script).unwrap();
            let output = run(&[path.to_str().unwrap()], "");
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1));
            assert!(message.contains(place) && message.contains("Unknown service: 'nope'"), "{message}");
        }
        let output = run(&["script"], "");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "tucuxi: The name of the script does not tell its language. Use --language.\n");
    }
}
