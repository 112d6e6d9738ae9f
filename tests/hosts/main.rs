//! Bindings: programs of other languages against one moto server.
//!
//! Every file in `python/scripts` is a program written for boto3, in the manner of its documentation. It runs unmodified under
//! boto3 and under the drop-in, each time against an empty server, and must print the same. The files in `python/tests` are
//! pytest modules that use the package itself, and those in `python/suites` are test-suites written for boto3, which run in a Python
//! with boto3 and moto.
//!
//! The files in `node` use the package for Node, installed from what `npm pack` makes.

#[allow(dead_code, reason = "the tests of the crate use the rest of it")]
#[path = "../support/moto.rs"]
mod moto;
mod node;
mod package;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/scenario.rs"]
mod scenario;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};

use moto::Moto;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts/python");
/// Fewer would mean that files were not found.
const SCRIPTS: usize = 69;

fn main() {
    let scripts = files("scripts");
    assert!(scripts.len() >= SCRIPTS, "only {} scripts were found", scripts.len());
    let trials = scripts.into_iter().map(|script| Trial::test(format!("python::scripts::{}", stem(&script)), move || compare(&script)));
    let modules = files("tests").into_iter().filter(|file| stem(file).starts_with("test_"));
    let modules = modules.map(|module| Trial::test(format!("python::{}", stem(&module)), move || pytest(&module)));
    let suites =
        files("suites").into_iter().map(|suite| Trial::test(format!("python::suites::{}", stem(&suite)), move || pytest_suite(&suite)));
    let python = trials.chain(modules).chain(suites).chain([Trial::test("python::scenario", python_scenario)]);
    libtest_mimic::run(&Arguments::from_args(), python.chain(node::trials()).collect()).exit();
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(FOLDER).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "py"));
    files.sort();
    files
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Servers that no test is using. There are as many as tests that run at the same time.
static IDLE: Mutex<Vec<Moto>> = Mutex::new(Vec::new());

fn with_server<T>(run: impl FnOnce(&Moto) -> T) -> T {
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = idle().pop();
    let server = taken.unwrap_or_else(|| Moto::start(&format!("hosts-{:?}", std::thread::current().id())));
    let result = run(&server);
    idle().push(server);
    result
}

fn compare(script: &Path) -> Result<(), Failed> {
    let package = package::folder();
    with_server(|server| {
        let reference = output(Command::new(python::python()).arg(script), server)?;
        // An interpreter without boto3.
        let mut own = Command::new(package::python_without_boto3());
        let own = output(own.args(["-m", "tucuxi.boto3"]).arg(script).env("PYTHONPATH", package), server)?;
        if own == reference {
            return Ok(());
        }
        let line = own.lines().zip(reference.lines()).position(|(own, reference)| own != reference);
        let line = line.unwrap_or_else(|| own.lines().count().min(reference.lines().count()));
        let at = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
        Err(format!("line {} of the output:\n  boto3:  {}\n  tucuxi: {}", line + 1, at(&reference), at(&own)).into())
    })
}

fn pytest(module: &Path) -> Result<(), Failed> {
    let package = package::folder();
    let folder = Path::new(FOLDER).join("tests");
    with_server(|server| {
        let mut pytest = Command::new(package::python_without_boto3());
        pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]).arg(module).current_dir(folder);
        output(pytest.env("PYTHONPATH", package), server).map(|_| ())
    })
}

/// Runs a test-suite under the drop-in, where boto3 and moto are installed. pytest comes from the other environment.
fn pytest_suite(suite: &Path) -> Result<(), Failed> {
    let packages = package::site_packages(package::python_without_boto3());
    let path = std::env::join_paths([package::folder(), &packages]).unwrap();
    with_server(|server| {
        let mut pytest = Command::new(python::python());
        pytest.args(["-m", "tucuxi.boto3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]).arg(suite);
        pytest.env("PYTHONPATH", &path);
        output(&mut pytest, server).map(|_| ())
    })
}

fn python_scenario() -> Result<(), Failed> {
    let (package, folder) = (package::folder(), tempfile::tempdir()?);
    let mut python = Command::new("python3");
    python.arg(Path::new(FOLDER).join("scenario.py")).args([scenario::DESCRIPTION, "python-rivers"]).arg(folder.path());
    let results = with_server(|server| output(python.env("PYTHONPATH", package), server))?;
    Ok(scenario::check("python", &serde_json::from_str(&results)?)?)
}

/// The standard output of a program that must succeed, with an empty server.
fn output(program: &mut Command, server: &Moto) -> Result<String, Failed> {
    let reset = ureq::post(format!("{}/moto-api/reset", server.url())).send_empty();
    reset.map_err(|error| format!("resetting moto: {error}"))?;
    let variables = [
        ("AWS_ENDPOINT_URL", server.url()),
        ("AWS_ACCESS_KEY_ID", "testing".into()),
        ("AWS_SECRET_ACCESS_KEY", "testing".into()),
        ("AWS_DEFAULT_REGION", "us-east-1".into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("AWS_CONFIG_FILE", "/dev/null".into()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ("PYTHONHASHSEED", "0".into()),
        ("PYTHONWARNINGS", "ignore".into()),
        ("PYTHONDONTWRITEBYTECODE", "1".into()),
    ];
    let inherited = ["PATH", "HOME", "TMPDIR", "TZ"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let own: Vec<_> = program.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    program.env_clear().envs(inherited).envs(variables).envs(own).stdin(Stdio::null());
    let output = program.output().map_err(|error| format!("{program:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let text = [output.stdout, output.stderr].concat();
    Err(format!("{:?}: {}\n{}", program.get_program(), output.status, String::from_utf8_lossy(&text)).into())
}
