//! The C API, as C programs use it: the header, a suite of steps, and the example.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::moto::Moto;
use crate::python::target;
use crate::scenario;
use tucuxi::value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn succeeded(what: &str, output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{what}:\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn run(what: &str, command: &mut Command) -> String {
    succeeded(what, &command.output().unwrap_or_else(|error| panic!("{what}: {error}")))
}

/// Builds the shared library, and returns its folder.
fn library() -> PathBuf {
    let folder = target().join("capi");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(ROOT).args(["rustc", "--quiet", "--locked", "--lib", "--features", "capi", "--crate-type", "cdylib,staticlib"]);
    run("building the library", cargo.arg("--target-dir").arg(&folder));
    folder.join("debug")
}

/// Compiles a C program against the library.
fn compile(source: &Path, options: &[&str]) -> PathBuf {
    let library = library();
    let program = target().join("tmp").join(source.file_stem().unwrap());
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g"]).args(options);
    cc.arg("-I").arg(Path::new(ROOT).join("src/host/capi")).arg(source).arg("-o").arg(&program);
    cc.arg("-L").arg(&library).args(["-ltucuxi", "-lpthread"]).arg(format!("-Wl,-rpath,{}", library.display()));
    run("compiling", &mut cc);
    program
}

#[test]
fn the_header_is_that_of_the_functions() {
    let config = cbindgen::Config::from_file(Path::new(ROOT).join("src/host/capi/cbindgen.toml")).unwrap();
    // The modules of this file are found through it.
    let builder = cbindgen::Builder::new().with_config(config).with_src(Path::new(ROOT).join("src/host/capi/mod.rs"));
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    let declared = |name: &str| String::from_utf8_lossy(&header).matches(&format!("{name}(")).count();
    for name in ["tucuxi_call", "tucuxi_error_name", "tucuxi_value_get", "tucuxi_settings_new", "tucuxi_version"] {
        assert_eq!(declared(name), 1, "{name} is declared once");
    }
    let path = Path::new(ROOT).join("src/host/capi/tucuxi.h");
    let committed = std::fs::read(&path).unwrap_or_default();
    if header != committed {
        std::fs::write(&path, &header).unwrap();
        panic!("tucuxi.h was outdated. It is written anew; commit it.");
    }
}

#[test]
fn a_c_program_uses_every_part_without_leaks_and_invalid_accesses() {
    let source = Path::new(ROOT).join("tests/client/c_api/suite.c");
    let moto = Moto::start("c-api");
    let program = compile(&source, &["-fsanitize=address,undefined"]);
    let steps = run("the suite", Command::new(program).arg(moto.url()).env_clear().env("ASAN_OPTIONS", "detect_leaks=1"));
    let steps: Vec<&str> = steps.lines().collect();
    let all = ["values", "errors", "streams", "iterations", "forks", "services", "hooks", "credentials", "limits", "transfers", "threads"];
    assert_eq!(steps, all);
}

#[test]
fn the_scenario() {
    let program = compile(&Path::new(ROOT).join("tests/client/c_api/scenario.c"), &[]);
    let (moto, folder) = (Moto::start("c-scenario"), tempfile::tempdir().unwrap());
    let mut scenario = Command::new(program);
    scenario.args([scenario::DESCRIPTION, &moto.url(), "c-rivers"]).arg(folder.path()).env_clear();
    scenario.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_DEFAULT_REGION", "us-east-1");
    let results = run("the scenario", scenario.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"));
    scenario::check("c", &serde_json::from_str(&results).unwrap()).unwrap_or_else(|differences| panic!("{differences}"));
}

#[test]
fn the_example_is_built_from_an_installation_and_lists_a_bucket() {
    let folder = Path::new(ROOT).join("src/host/capi");
    let prefix = tempfile::tempdir().unwrap();
    let library = library();
    let mut make = Command::new("make");
    make.current_dir(&folder).args(["install", "PROFILE=dev"]).arg(format!("PREFIX={}", prefix.path().display()));
    make.arg(format!("CARGO={}", env!("CARGO"))).arg(format!("TARGET={}", library.parent().unwrap().display()));
    run("make install", &mut make);
    let example = std::fs::read_to_string(folder.join("example/list.c")).unwrap();
    assert!(include_str!("../../../src/guide/c.md").contains(&example), "the guide shows the example");

    // As pkg-config says, which need not be installed.
    let config = std::fs::read_to_string(prefix.path().join("lib/pkgconfig/tucuxi.pc")).unwrap();
    assert!(config.contains(&format!("prefix={}\n", prefix.path().display())) && config.contains(env!("CARGO_PKG_VERSION")), "{config}");
    let program = prefix.path().join("list");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-Wall", "-Wextra", "-Werror"]).arg(folder.join("example/list.c")).arg("-o").arg(&program);
    cc.arg(format!("-I{}/include", prefix.path().display())).arg(format!("-L{}/lib", prefix.path().display())).arg("-ltucuxi");
    run("compiling the example", &mut cc);

    let moto = Moto::start("c-example");
    let s3 = moto.client("s3");
    s3.call("create_bucket", value!({"Bucket": "river"})).unwrap();
    s3.call("put_object", value!({"Bucket": "river", "Key": "a b", "Body": "12345"})).unwrap();
    let list = |bucket: &str| {
        let mut list = Command::new(&program);
        list.args([bucket, &moto.url()]).env_clear().env("LD_LIBRARY_PATH", prefix.path().join("lib"));
        list.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_DEFAULT_REGION", "us-east-1");
        list.output().unwrap()
    };
    assert_eq!(succeeded("the example", &list("river")), "a b 5\n");
    let failed = list("nowhere");
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).starts_with("NoSuchBucket: An error occurred (NoSuchBucket)"), "{failed:?}");
}
