//! `Ctrl-C`: stops what runs, removes unfinished files, and exits with 130 within a tenth of a second.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use crate::Client;
use crate::cli::failure::Failure;
use crate::http::Cancel;
use crate::value::Value;

/// How long calls and transfers have to end by themselves, for instance to remove a partial file.
const GRACE: Duration = Duration::from_millis(50);

static CANCEL: LazyLock<Cancel> = LazyLock::new(Cancel::new);
static IGNORED: AtomicUsize = AtomicUsize::new(0);
static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Installs the handler. Without it, the signal would end the process with no exit code and leave files behind.
pub(crate) fn install() {
    // The only failure is a second handler in the same process; then that one decides.
    let _ = ctrlc::set_handler(handle);
}

fn handle() {
    if IGNORED.load(Ordering::SeqCst) > 0 {
        return;
    }
    CANCEL.cancel();
    std::thread::sleep(GRACE);
    for draft in drafts().drain(..) {
        // It may be complete and renamed by now.
        let _ = std::fs::remove_file(draft);
    }
    #[cfg(unix)]
    terminal::restore();
    let _ = std::io::stderr().write_all(b"\n");
    std::process::exit(i32::from(Failure::INTERRUPTED));
}

/// The handle that `Ctrl-C` cancels.
pub(crate) fn cancel() -> &'static Cancel {
    &CANCEL
}

/// Calls an operation. `Ctrl-C` cancels the call.
pub(crate) fn call(client: &Client, operation: &str, params: impl Into<Value>) -> crate::error::Result<Value> {
    client.request(operation, params).cancel(cancel()).send()
}

/// Runs a function while `Ctrl-C` is left to another program at the same terminal, for instance the pager.
pub(crate) fn ignored<T>(run: impl FnOnce() -> T) -> T {
    IGNORED.fetch_add(1, Ordering::SeqCst);
    let result = run();
    IGNORED.fetch_sub(1, Ordering::SeqCst);
    result
}

/// Notes an unfinished file, which an interruption removes.
pub(crate) fn add_draft(path: &Path) {
    drafts().push(path.to_owned());
}

/// Forgets a file that is finished or removed.
pub(crate) fn forget_draft(path: &Path) {
    drafts().retain(|draft| draft != path);
}

fn drafts() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    DRAFTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
pub(crate) use terminal::hide_input;

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The settings before the input was hidden.
    static SAVED: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    /// Hides what is typed until the guard is dropped; an interruption restores the terminal as well.
    ///
    /// # Errors
    /// If there is no terminal.
    pub(crate) fn hide_input() -> io::Result<impl Drop> {
        struct Guard;
        impl Drop for Guard {
            fn drop(&mut self) {
                restore();
            }
        }
        let terminal = File::open("/dev/tty")?;
        let settings = tcgetattr(&terminal)?;
        let mut hidden = settings.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(&terminal, OptionalActions::Now, &hidden)?;
        *SAVED.lock().unwrap_or_else(PoisonError::into_inner) = Some((terminal, settings));
        Ok(Guard)
    }

    pub(super) fn restore() {
        if let Some((terminal, settings)) = SAVED.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = tcsetattr(&terminal, OptionalActions::Now, &settings);
        }
    }
}
