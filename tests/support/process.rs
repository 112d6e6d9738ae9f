//! Child processes for tests that measure their process, or change something that all of its threads share.

use std::any::type_name;
use std::env;
use std::process::Command;

/// Set in the environment of a child process.
const CHILD: &str = "TUCUXI_TEST_CHILD";

/// Runs `body` in a child process that runs nothing but `test`, which is the test that calls this function.
pub fn alone<T: Fn()>(test: T, body: impl FnOnce()) {
    match is_child() {
        true => body(),
        false => drop(run(child(test))),
    }
}

/// Whether this process runs a single test for its parent process.
pub fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// A command that runs nothing but `test`, in an otherwise empty environment.
pub fn child<T: Fn()>(_test: T) -> Command {
    let (_, name) = type_name::<T>().split_once("::").expect("the path of a function");
    let mut command = Command::new(env::current_exe().expect("the path of this program"));
    command.args([name, "--exact", "--nocapture"]).env_clear().env(CHILD, "1");
    command
}

/// Runs the command of a child process, and returns its standard output. The test must have run and passed.
pub fn run(mut child: Command) -> String {
    let output = child.output().expect("the child process starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let passed = output.status.success() && text.contains("1 passed");
    assert!(passed, "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}
