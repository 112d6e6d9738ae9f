//! The package for Node: packed, installed into an empty folder, and used from there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use libtest_mimic::{Failed, Trial};

use crate::python::target;
use crate::{output, package, with_server};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Modules of `node:test`, and what they test.
const MODULES: [&str; 4] = ["values", "calls", "callbacks", "concurrency"];

pub fn trials() -> Vec<Trial> {
    let modules = MODULES.map(|module| Trial::test(format!("node::{module}"), move || test_module(module)));
    let programs = [
        Trial::test("node::scenario", scenario),
        Trial::test("node::the_programs_of_the_guide_and_the_readme", programs),
        Trial::test("node::typings", typings),
    ];
    modules.into_iter().chain(programs).collect()
}

/// A folder in which the packed package is installed.
fn installed() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let (package, folder) = (target().join("node-package"), target().join("node-installed"));
        for folder in [&package, &folder] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir_all(folder).unwrap();
        }
        for file in ["index.js", "index.d.ts", "package.json"] {
            fs::copy(Path::new(ROOT).join("src/host/node").join(file), package.join(file)).unwrap();
        }
        package::native_module(&["--features", "node"], &package.join("tucuxi.node"));
        package::run(Command::new("npm").args(["pack", "--silent"]).current_dir(&package));
        let packed = package.join(concat!("tucuxi-", env!("CARGO_PKG_VERSION"), ".tgz"));
        fs::write(folder.join("package.json"), "{}").unwrap();
        let options = ["install", "--silent", "--offline", "--no-audit", "--no-fund"];
        package::run(Command::new("npm").args(options).arg(packed).current_dir(&folder));
        folder
    });
    &FOLDER
}

/// A Node program from this folder, which sees the installed package as `tucuxi`.
fn node(program: &str) -> Command {
    // Node looks for packages beside the program.
    let copy = installed().join(program);
    fs::copy(Path::new(ROOT).join("tests/hosts/node").join(program), &copy).unwrap();
    let mut node = Command::new("node");
    node.arg(copy).current_dir(installed());
    node
}

fn test_module(module: &str) -> Result<(), Failed> {
    with_server(|server| output(&mut node(&format!("{module}.test.js")), server).map(drop))
}

fn scenario() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let description = crate::scenario::DESCRIPTION;
    let results = with_server(|server| output(node("scenario.js").args([description, "node-rivers"]).arg(folder.path()), server))?;
    Ok(crate::scenario::check("node", &serde_json::from_str(&results)?)?)
}

/// The example of a document that is written in JavaScript.
fn example(document: &str) -> &str {
    let start = document.find("```js\n").expect("an example in JavaScript") + 6;
    &document[start..start + document[start..].find("```").expect("its end")]
}

fn programs() -> Result<(), Failed> {
    let tour = fs::read_to_string(Path::new(ROOT).join("src/guide/programs/tour.js"))?;
    let chapter = fs::read_to_string(Path::new(ROOT).join("src/guide/node.md"))?;
    if example(&chapter) != tour {
        return Err("the chapter shows another program than tour.js".into());
    }
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md"))?;
    with_server(|server| {
        let run = |name: &str, program: &str| {
            let path = installed().join(name);
            fs::write(&path, program)?;
            output(Command::new("node").arg(path).current_dir(installed()), server)
        };
        let printed = run("tour.js", &tour)?;
        let expected = "3 objects\nimages/1 1\nimages/2 2\nNoSuchKey 404 The specified key does not exist.\nxxx\n";
        if printed != expected {
            return Err(format!("the program of the guide printed\n{printed}").into());
        }
        let printed = run("readme.js", example(&readme))?;
        match printed.as_str() {
            "images/1 5\nhello\nNoSuchKey 404\n" => Ok(()),
            printed => Err(format!("the example of the readme printed\n{printed}").into()),
        }
    })
}

/// The typings accept a program that uses every part.
fn typings() -> Result<(), Failed> {
    let folder = target().join("node-typescript");
    if !folder.join("node_modules").exists() {
        fs::create_dir_all(&folder)?;
        let packages = ["typescript@5.9.3", "@types/node@20.19.25"];
        package::run(Command::new("npm").args(["install", "--silent", "--no-audit", "--no-fund"]).args(packages).current_dir(&folder));
    }
    fs::copy(Path::new(ROOT).join("src/host/node/index.d.ts"), folder.join("tucuxi.d.ts"))?;
    fs::copy(Path::new(ROOT).join("tests/hosts/node/typings.ts"), folder.join("typings.ts"))?;
    let mut compiler = Command::new("node");
    compiler.arg("node_modules/typescript/bin/tsc").args([
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "typings.ts",
    ]);
    let output = compiler.current_dir(&folder).output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stdout).into_owned().into()) }
}
