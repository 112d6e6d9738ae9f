//! The progress bar of `s3 cp`, `mv`, and `sync`: bytes, rate, and time left, on standard error if it is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::Plan;

/// A progress bar, which is silent if standard error is not a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(plan: &Plan, is_shown: bool) -> Progress {
        let bar = match is_shown && plan.bytes() > 0 {
            true => ProgressBar::with_draw_target(Some(plan.bytes()), ProgressDrawTarget::stderr()),
            false => ProgressBar::hidden(),
        };
        let template = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
        Progress(bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    pub(super) fn add(&self, bytes: i64) {
        self.0.inc(u64::try_from(bytes).unwrap_or(0));
    }

    /// Prints a line above the bar.
    pub(super) fn above(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
