//! The retry quota of a client: while a service is down, its clients must not multiply its load.

use std::sync::{Mutex, PoisonError};

const CAPACITY: u32 = 500;

/// What is left to spend on retries.
pub(super) struct Quota(Mutex<u32>);

/// What the retries of one call took last.
#[derive(Debug, Default)]
pub(crate) struct Loan(Option<u32>);

impl Default for Quota {
    fn default() -> Quota {
        Quota(Mutex::new(CAPACITY))
    }
}

impl Quota {
    /// Takes the cost, if there is that much.
    pub(super) fn acquire(&self, cost: u32, loan: &mut Loan) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rest) = left.checked_sub(cost) else { return false };
        *left = rest;
        *loan = Loan(Some(cost));
        true
    }

    /// Gives back what the last retry of a successful call took; one unit if there was none.
    pub(super) fn release(&self, loan: &Loan) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(loan.0.unwrap_or(1)).min(CAPACITY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_gives_back_its_last_cost_and_never_more_than_there_was() {
        let quota = Quota::default();
        let mut loan = Loan::default();
        assert!((0..35).all(|_| quota.acquire(14, &mut loan)));
        assert!(!quota.acquire(14, &mut loan), "490 of 500 are spent");
        assert!(quota.acquire(5, &mut loan));
        quota.release(&loan);
        assert_eq!(*quota.0.lock().unwrap(), 10);
        (0..600).for_each(|_| quota.release(&Loan::default()));
        assert_eq!(*quota.0.lock().unwrap(), CAPACITY);
    }
}
