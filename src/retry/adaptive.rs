//! The rate limiter of the adaptive mode. After the first throttling response, a client sends at a limited rate, which drops
//! with each further throttling response and grows along a cubic curve in between (as in TCP CUBIC).
//!
//! All times are seconds on the client's own clock.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How fast the rate recovers.
const SCALE: f64 = 0.4;
/// The part of the rate that is left after throttling.
const BETA: f64 = 0.7;
/// The weight of the newest measurement.
const SMOOTH: f64 = 0.8;
const LOWEST_RATE: f64 = 0.5;

/// One client's limiter.
pub(super) struct RateLimiter(Mutex<State>);

struct State {
    enabled: bool,
    bucket: Bucket,
    /// The rate at which throttling last began.
    w_max: f64,
    /// The time until the curve reaches that rate again.
    k: f64,
    last_fail: f64,
    clocker: Clocker,
}

struct Bucket {
    fill_rate: f64,
    max_capacity: f64,
    capacity: f64,
    last: Option<f64>,
}

/// Measures the rate at which requests are sent, in slots of half a second.
struct Clocker {
    measured: f64,
    count: u32,
    last_slot: f64,
}

impl RateLimiter {
    pub(super) fn new(now: Duration) -> RateLimiter {
        let now = now.as_secs_f64();
        let mut bucket = Bucket { fill_rate: 0.0, max_capacity: 0.0, capacity: 0.0, last: None };
        bucket.set_rate(1.0, now);
        let clocker = Clocker { measured: 0.0, count: 0, last_slot: now.floor() };
        RateLimiter(Mutex::new(State { enabled: false, bucket, w_max: 0.0, k: 0.0, last_fail: now, clocker }))
    }

    /// Takes a token, or returns how long to wait before the next try.
    pub(super) fn acquire(&self, now: Duration) -> Duration {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.enabled { state.bucket.acquire(now.as_secs_f64()) } else { Duration::ZERO }
    }

    /// Records an attempt.
    pub(super) fn record(&self, now: Duration, throttled: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).record(now.as_secs_f64(), throttled);
    }
}

impl State {
    fn record(&mut self, now: f64, throttled: bool) {
        let measured = self.clocker.record(now);
        let rate = if throttled {
            let rate = if self.enabled { measured.min(self.bucket.fill_rate) } else { measured };
            self.w_max = rate;
            self.k = (rate * (1.0 - BETA) / SCALE).cbrt();
            self.last_fail = now;
            self.enabled = true;
            rate * BETA
        } else {
            SCALE * (now - self.last_fail - self.k).powi(3) + self.w_max
        };
        self.bucket.set_rate(rate.min(2.0 * measured), now);
    }
}

impl Bucket {
    fn refill(&mut self, now: f64) {
        if let Some(last) = self.last {
            self.capacity = self.max_capacity.min(self.capacity + (now - last).max(0.0) * self.fill_rate);
        }
        self.last = Some(now);
    }

    fn acquire(&mut self, now: f64) -> Duration {
        // Rounding may leave a token this much short after the exact wait.
        const ALMOST: f64 = 1e-6;
        self.refill(now);
        if self.capacity >= 1.0 - ALMOST {
            self.capacity = (self.capacity - 1.0).max(0.0);
            return Duration::ZERO;
        }
        Duration::from_secs_f64((1.0 - self.capacity) / self.fill_rate)
    }

    fn set_rate(&mut self, rate: f64, now: f64) {
        self.refill(now);
        self.fill_rate = rate.max(LOWEST_RATE);
        self.max_capacity = rate.max(1.0);
        self.capacity = self.capacity.min(self.max_capacity);
    }
}

impl Clocker {
    fn record(&mut self, now: f64) -> f64 {
        let slot = (now * 2.0).floor() / 2.0;
        self.count += 1;
        if slot > self.last_slot {
            let rate = f64::from(self.count) / (slot - self.last_slot);
            self.measured = SMOOTH * rate + (1.0 - SMOOTH) * self.measured;
            self.count = 0;
            self.last_slot = slot;
        }
        self.measured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn rate(limiter: &RateLimiter) -> f64 {
        limiter.0.lock().unwrap().bucket.fill_rate
    }

    #[test]
    fn the_rate_is_unlimited_before_the_first_throttling() {
        let limiter = RateLimiter::new(at(0.0));
        for tick in 0..100 {
            assert_eq!(limiter.acquire(at(0.0)), Duration::ZERO);
            limiter.record(at(f64::from(tick) / 10.0), false);
        }
    }

    #[test]
    fn the_rate_drops_to_seven_tenths_and_recovers_along_the_curve() {
        let limiter = RateLimiter::new(at(0.0));
        for tick in 0..100 {
            limiter.record(at(f64::from(tick) / 10.0), false);
        }
        limiter.record(at(10.0), true);
        let measured = limiter.0.lock().unwrap().clocker.measured;
        assert!((measured - 10.0).abs() < 0.5, "{measured}");
        assert!((rate(&limiter) - 0.7 * measured).abs() < 1e-9);
        let k = (measured * 0.3 / 0.4).cbrt();
        for tick in 101..=(100 + (k * 10.0) as i32) {
            limiter.record(at(f64::from(tick) / 10.0), false);
        }
        let back = rate(&limiter);
        assert!((back - measured).abs() < 0.1, "after k seconds it has recovered: {back} of {measured}");
    }

    #[test]
    fn tokens_become_available_at_the_rate_and_waits_suffice() {
        let limiter = RateLimiter::new(at(0.0));
        limiter.record(at(0.1), true);
        assert_eq!(rate(&limiter), LOWEST_RATE);
        let mut now = 0.1;
        let mut waited = 0;
        for _ in 0..5 {
            loop {
                let wait = limiter.acquire(at(now));
                if wait.is_zero() {
                    break;
                }
                now += wait.as_secs_f64();
                waited += 1;
            }
        }
        assert!(waited <= 6, "one wait for each token");
        assert!((8.0..=10.1).contains(&(now - 0.1)), "five tokens at half a token a second: {now}");
    }
}
