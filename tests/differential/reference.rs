//! The Python process: each question is a line of its input, and each case a line of its output.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/reference");

/// Whether there is a Python that can run the reference.
pub fn has_python() -> bool {
    Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Selects the cases.
pub struct Question {
    pub service: String,
    pub seed: u64,
    pub rounds: u64,
}

/// The process, started with the first question; it ends with its standard input.
pub struct Reference {
    script: &'static str,
    python: fn() -> PathBuf,
    process: Mutex<Option<Process>>,
}

struct Process {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _child: Child,
}

impl Reference {
    /// A process that runs a script of `reference/` in the Python that the function returns.
    pub fn new(script: &'static str, python: fn() -> PathBuf) -> Reference {
        Reference { script, python, process: Mutex::default() }
    }

    /// Returns the cases, one in each line. Another thread may ask while they are compared.
    pub fn ask(&self, question: &Question) -> Result<Vec<String>, String> {
        let mut process = self.process.lock().map_err(|_| "the reference failed before")?;
        process
            .get_or_insert_with(|| Process::start(self.script, &(self.python)()))
            .ask(question)
            .map_err(|e| format!("the reference: {e}"))
    }
}

impl Process {
    fn start(script: &str, python: &Path) -> Process {
        let script = Path::new(FOLDER).join(script);
        assert!(script.exists(), "{} does not exist", script.display());
        let mut child = Command::new(python)
            .arg("-B")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("starting the reference: {e}"));
        let (input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        Process { input, output: BufReader::new(output), _child: child }
    }

    fn ask(&mut self, question: &Question) -> std::io::Result<Vec<String>> {
        let Question { service, seed, rounds } = question;
        writeln!(self.input, r#"{{"service": "{service}", "seed": {seed}, "rounds": {rounds}}}"#)?;
        self.input.flush()?;
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Err(std::io::Error::other("it ended; its standard error tells why"));
            }
            if line.starts_with(r#"{"done""#) {
                return Ok(lines);
            }
            lines.push(line);
        }
    }
}
