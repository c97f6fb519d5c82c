//! What a function holds, put together anew while its sandbox lives, so that a rotation of keys reaches warm sandboxes.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use super::StartupError;
use crate::{
    config::Env,
    domain::{
        Timestamp,
        lifetimes::{MAX_KEPT_SECONDS, RELOAD_SECONDS},
        time::system_clock,
    },
    error::Error,
    telemetry::{Event, Facts, Telemetry},
};

/// Seconds until the next try after one that failed: not every request shall wait for an outage.
const RETRY_SECONDS: u64 = 10;

/// How long a request waits for it.
const PATIENCE: Duration = Duration::from_secs(4);

/// An app, and how to make another one.
pub struct Kept<'a, App, Start> {
    env: &'a Env,
    start: Start,
    telemetry: Telemetry,
    reload_after: u64,
    held: RefCell<Held<App>>,
}

struct Held<App> {
    app: Rc<App>,
    made_at: Timestamp,
    failed_at: Option<Timestamp>,
}

impl<'a, App, Start> Kept<'a, App, Start>
where
    Start: AsyncFn(&Env) -> Result<App, StartupError>,
{
    /// Puts the app of `function` together for the first time.
    ///
    /// # Errors
    /// When a setting or a key is missing or malformed: the function does not start.
    pub async fn start(function: &'static str, env: &'a Env, start: Start) -> Result<Self, StartupError> {
        // A clock that cannot be right makes the app look old: the first request with a right one makes another.
        let now = system_clock().unwrap_or(Timestamp::from_seconds(0));
        Self::start_at(function, env, start, now).await
    }

    /// As [`Self::start`], at a moment that is given.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_at(
        function: &'static str,
        env: &'a Env,
        start: Start,
        now: Timestamp,
    ) -> Result<Self, StartupError> {
        let reload_after = env.number("LATCHKEY_KEYS_RELOAD_SECONDS", RELOAD_SECONDS, 1..=MAX_KEPT_SECONDS)?;
        let telemetry = Telemetry::from_env(function, env)?;
        let app = Rc::new(start(env).await?);
        let held = RefCell::new(Held { app, made_at: now, failed_at: None });
        Ok(Self { env, start, telemetry, reload_after, held })
    }

    /// The app for a request at `now`: at most `LATCHKEY_KEYS_RELOAD_SECONDS` old, or an hour while no other can be made.
    ///
    /// # Errors
    /// [`Error::Unavailable`] after that hour: by then keys may have retired that this app still uses.
    pub async fn at(&self, now: Timestamp) -> Result<Rc<App>, Error> {
        if self.is_due(now) {
            self.reload(now).await;
        }
        let held = self.held.borrow();
        if now.since(held.made_at) >= MAX_KEPT_SECONDS {
            return Err(Error::Unavailable("the keys could not be read for an hour".into()));
        }
        Ok(Rc::clone(&held.app))
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let held = self.held.borrow();
        let failed_just_now = held.failed_at.is_some_and(|failed_at| now.since(failed_at) < RETRY_SECONDS);
        now.since(held.made_at) >= self.reload_after && !failed_just_now
    }

    async fn reload(&self, now: Timestamp) {
        let started = Instant::now();
        let made = tokio::time::timeout(PATIENCE, (self.start)(self.env)).await;
        let made = made.unwrap_or_else(|_| Err("it takes too long".into()));
        let mut held = self.held.borrow_mut();
        match made {
            Ok(app) => *held = Held { app: Rc::new(app), made_at: now, failed_at: None },
            Err(error) => {
                held.failed_at = Some(now);
                let facts =
                    Facts { event: Some(Event::KeysNotReloaded), reason: Some(error.to_string()), ..Facts::default() };
                self.telemetry.record("", "RELOAD", "", 503, started.elapsed(), &facts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn env(reload: &str) -> Env {
        let settings = [("LATCHKEY_KEYS_RELOAD_SECONDS", reload), ("LATCHKEY_LOG_LEVEL", "error")];
        Env::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap()
    }

    /// Counts the apps made; none can be made while it is broken.
    #[derive(Default)]
    struct Maker {
        made: Cell<u32>,
        tried: Cell<u32>,
        broken: Cell<bool>,
    }

    impl Maker {
        fn make(&self) -> Result<u32, StartupError> {
            self.tried.set(self.tried.get() + 1);
            if self.broken.get() {
                return Err("no keys".into());
            }
            self.made.set(self.made.get() + 1);
            Ok(self.made.get())
        }
    }

    #[tokio::test]
    async fn an_app_is_made_anew_in_the_first_request_after_its_time() {
        let (env, maker) = (env(""), Maker::default());
        let kept = Kept::start_at("test", &env, async |_: &Env| maker.make(), START).await.unwrap();
        for (second, app) in [(0, 1), (299, 1), (300, 2), (599, 2), (600, 3), (100_000, 4), (100_001, 4)] {
            assert_eq!(*kept.at(START.plus(second)).await.unwrap(), app, "second {second}");
        }
    }

    #[tokio::test]
    async fn the_time_is_a_setting_of_at_most_an_hour() {
        let (five, maker) = (env("5"), Maker::default());
        let kept = Kept::start_at("test", &five, async |_: &Env| maker.make(), START).await.unwrap();
        assert_eq!((*kept.at(START.plus(4)).await.unwrap(), *kept.at(START.plus(5)).await.unwrap()), (1, 2));
        assert_eq!((*kept.at(START.plus(9)).await.unwrap(), *kept.at(START.plus(10)).await.unwrap()), (2, 3));
        for wrong in ["0", "3601", "soon"] {
            let wrong = env(wrong);
            assert!(Kept::start_at("test", &wrong, async |_: &Env| maker.make(), START).await.is_err());
        }
    }

    #[tokio::test]
    async fn an_outage_is_outlived_for_an_hour_and_no_second_longer() {
        let (env, maker) = (env(""), Maker::default());
        let kept = Kept::start_at("test", &env, async |_: &Env| maker.make(), START).await.unwrap();
        maker.broken.set(true);
        assert_eq!(*kept.at(START.plus(3599)).await.unwrap(), 1);
        assert!(matches!(kept.at(START.plus(3600)).await, Err(Error::Unavailable(_))));
        maker.broken.set(false);
        assert!(kept.at(START.plus(3608)).await.is_err(), "ten seconds after the last try is the next");
        assert_eq!(*kept.at(START.plus(3609)).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn in_an_outage_one_request_in_ten_seconds_waits() {
        let (env, maker) = (env(""), Maker::default());
        let kept = Kept::start_at("test", &env, async |_: &Env| maker.make(), START).await.unwrap();
        maker.broken.set(true);
        for second in 300..400 {
            assert_eq!(*kept.at(START.plus(second)).await.unwrap(), 1);
        }
        assert_eq!(maker.tried.get(), 1 + 10);
    }

    #[tokio::test]
    async fn a_clock_that_steps_back_changes_nothing() {
        let (env, maker) = (env(""), Maker::default());
        let kept = Kept::start_at("test", &env, async |_: &Env| maker.make(), START).await.unwrap();
        assert_eq!(*kept.at(START.minus(5000)).await.unwrap(), 1);
        assert_eq!(*kept.at(START.plus(299)).await.unwrap(), 1);
    }
}
