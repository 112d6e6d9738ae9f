//! The Python package, built from this source into `target/python-package`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use crate::python::target;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folder that contains the package, for `PYTHONPATH`.
pub fn folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(build);
    &FOLDER
}

const PACKAGES: [&str; 3] = ["pytest", "dask[distributed]", "mypy"];

/// A Python with these packages, and without boto3 and botocore.
pub fn python_without_boto3() -> &'static Path {
    static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = target().join("python-package-tests");
        let python = folder.join("bin/python");
        let installed = folder.join("installed");
        if fs::read_to_string(&installed).is_ok_and(|packages| packages == PACKAGES.join(" ")) {
            return python;
        }
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES));
        fs::write(installed, PACKAGES.join(" ")).unwrap();
        python
    });
    &PYTHON
}

/// The folder with the packages of a virtual environment.
pub fn site_packages(python: &Path) -> PathBuf {
    let libraries = python.ancestors().nth(2).unwrap().join("lib");
    fs::read_dir(libraries).unwrap().next().unwrap().unwrap().path().join("site-packages")
}

fn build() -> PathBuf {
    let package = target().join("python-package/tucuxi");
    let _ = fs::remove_dir_all(&package);
    fs::create_dir_all(&package).unwrap();
    for file in fs::read_dir(Path::new(ROOT).join("src/host/python/tucuxi")).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), package.join(file.file_name())).unwrap();
        }
    }
    native_module(&["--all-features"], &package.join("_native.abi3.so"));
    package.parent().unwrap().to_owned()
}

/// Builds the native module of a package with the cargo that built this test. The crate itself is a plain library.
pub fn native_module(features: &[&str], destination: &Path) {
    // The modules have the same name until they are copied.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib"]).args(features).current_dir(ROOT);
    // What cargo sets for this test would make it build the dependencies anew.
    let of_this_test = |name: &OsString| {
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|p| name.to_string_lossy().starts_with(p))
    };
    std::env::vars_os().map(|(name, _)| name).filter(of_this_test).for_each(|name| {
        cargo.env_remove(name);
    });
    run(cargo.env("PYO3_BUILD_EXTENSION_MODULE", "1").env("CARGO_TARGET_DIR", target()));
    let name = format!("debug/{}tucuxi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    fs::copy(target().join(name), destination).unwrap();
}

pub fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
