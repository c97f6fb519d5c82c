//! The loop between the Runtime API and the functions that the stream of a table feeds.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json, value::RawValue};
use tokio::time::timeout;

use crate::{
    domain::{
        Timestamp,
        time::{BrokenClock, system_clock},
    },
    dynamodb::stream::Record,
    error::{Error, chain},
    ports::Stored,
    telemetry::{Facts, Telemetry},
};

/// What is left of an invocation's time when no record is begun any more: the rest is another invocation's.
const RESERVE: Duration = Duration::from_secs(6);

/// What is left of it when the record that is being worked off is given up: one that is cut off would tell nothing of those before it.
const MARGIN: Duration = Duration::from_secs(4);

/// What a failure waits before the stream is told of it. Nobody promises how fast a stream says something again; so twenty times take longer
/// than what passes by itself, such as the 30 seconds of a handshake.
const PAUSE: Duration = Duration::from_secs(2);

/// One invocation.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Its name.
    pub request_id: &'a str,
    /// What the stream tells, as JSON.
    pub event: &'a str,
    /// When it began.
    pub now: Result<Timestamp, BrokenClock>,
    /// When it is cut off.
    pub deadline: Instant,
    /// What a failure waits.
    pub pause: Duration,
}

/// What came of one record.
#[derive(Debug)]
pub struct Outcome {
    /// What it is about, in one word for the log.
    pub about: &'static str,
    /// Whose, and what it changed.
    pub facts: Facts,
    /// Whether it has to be said again.
    pub result: Result<(), Error>,
}

impl Outcome {
    fn failed(error: Error) -> Self {
        Self { about: "", facts: Facts::default(), result: Err(error) }
    }
}

/// Serves batches with `answer` until the sandbox ends.
///
/// # Errors
/// Only when the Runtime API is gone.
pub async fn run(answer: impl AsyncFn(Batch<'_>) -> Result<Value, Error>) -> Result<(), lambda_runtime::Error> {
    let answer = &answer;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let batch = Batch {
            request_id: &event.context.request_id,
            event: event.payload.get(),
            now: system_clock(),
            deadline: Instant::now() + left,
            pause: PAUSE,
        };
        // Boxed: the futures of the SDK are nested deeper than the compiler computes layouts in one go.
        Box::pin(answer(batch)).await.map_err(|error| chain(&error))
    }))
    .await
}

/// Works off the records of a batch one after the other, with one log line each; tells the stream from which on they have to be said
/// again. It repeats everything from there on, so that no other one is named; one that fails keeps no other waiting.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
///
/// # Errors
/// Those of `records`; [`Error::Unavailable`] when the clock is broken: all of it is said again.
pub async fn work_off<T>(
    batch: &Batch<'_>,
    telemetry: &Telemetry,
    records: Stored<Vec<Record<T>>>,
    work: impl AsyncFn(T, Timestamp) -> Outcome,
) -> Result<Value, Error> {
    let (now, began) = (batch.now?, Instant::now());
    let mut first_failure = None;
    for record in records? {
        let started = Instant::now();
        let left = batch.deadline.saturating_duration_since(started);
        if left < RESERVE {
            first_failure.get_or_insert(record.sequence_number);
            break;
        }
        let outcome = match record.told {
            Ok(None) => continue,
            Ok(Some(told)) => timeout(left - MARGIN, work(told, now.plus(began.elapsed().as_secs()))).await,
            Err(error) => Ok(Outcome::failed(error.into())),
        };
        let outcome = outcome.unwrap_or_else(|late| Outcome::failed(Error::Unavailable(Box::new(late))));
        let Outcome { about, mut facts, result } = outcome;
        if let Err(error) = &result {
            facts.reason = Some(format!("record {}: {}", record.sequence_number, chain(error)));
        }
        let status = if result.is_ok() { 200 } else { 503 };
        telemetry.record(batch.request_id, "STREAM", about, status, started.elapsed(), &facts);
        if result.is_err() {
            first_failure.get_or_insert(record.sequence_number);
        }
    }
    if first_failure.is_some() {
        tokio::time::sleep(batch.pause).await;
    }
    let failures = first_failure.iter().map(|number| json!({ "itemIdentifier": number }));
    Ok(json!({ "batchItemFailures": failures.collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::{config::Env, domain::connection::HANDSHAKE_SECONDS, ports::StoreError};

    fn record(number: u32, told: Stored<Option<u32>>) -> Record<u32> {
        Record { sequence_number: number.to_string(), told }
    }

    fn batch(seconds: u64) -> Batch<'static> {
        Batch {
            request_id: "r",
            event: "",
            now: Ok(Timestamp::from_seconds(1)),
            deadline: Instant::now() + Duration::from_secs(seconds),
            pause: Duration::from_millis(20),
        }
    }

    fn telemetry() -> Telemetry {
        Telemetry::from_env("test", &Env::new([]).unwrap()).unwrap()
    }

    /// What the stream is answered, and which records were worked off; `3` fails.
    async fn worked_off(seconds: u64) -> (Value, Vec<u32>) {
        let (batch, telemetry) = (batch(seconds), telemetry());
        let malformed = Err(StoreError::Unexpected("malformed".to_owned()));
        let records = vec![
            record(1, Ok(Some(1))),
            record(2, Ok(None)),
            record(3, Ok(Some(3))),
            record(4, malformed),
            record(5, Ok(Some(5))),
        ];
        let done = RefCell::new(Vec::new());
        let answer = work_off(&batch, &telemetry, Ok(records), async |number, _| {
            done.borrow_mut().push(number);
            let result = if number == 3 { Err(Error::Internal("three".to_owned())) } else { Ok(()) };
            Outcome { about: "numbers", facts: Facts::default(), result }
        });
        let started = Instant::now();
        let answer = answer.await.unwrap();
        assert!(started.elapsed() >= batch.pause, "a failure waits");
        (answer, done.into_inner())
    }

    #[tokio::test]
    async fn one_that_fails_keeps_no_other_waiting_and_is_said_again_with_all_after_it() {
        let failed = json!({ "batchItemFailures": [{ "itemIdentifier": "3" }] });
        assert_eq!(worked_off(60).await, (failed, vec![1, 3, 5]));
    }

    #[tokio::test]
    async fn none_is_begun_when_little_time_is_left() {
        let all = json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] });
        assert_eq!(worked_off(5).await, (all, vec![]));
    }

    #[tokio::test]
    async fn one_that_takes_too_long_is_given_up_before_the_invocation_is_cut_off() {
        let (batch, telemetry) = (batch(7), telemetry());
        let records = Ok(vec![record(1, Ok(Some(1))), record(2, Ok(Some(2)))]);
        let answer = work_off(&batch, &telemetry, records, async |number, _| {
            tokio::time::sleep(Duration::from_secs(if number == 2 { 3600 } else { 0 })).await;
            Outcome { about: "numbers", facts: Facts::default(), result: Ok(()) }
        });
        assert_eq!(answer.await.unwrap(), json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] }));
        assert!(Instant::now() < batch.deadline);
    }

    #[tokio::test]
    async fn what_comes_late_in_a_batch_is_done_later() {
        let (batch, telemetry) = (batch(60), telemetry());
        let seen = RefCell::new(Vec::new());
        let records = Ok(vec![record(1, Ok(Some(1))), record(2, Ok(Some(2)))]);
        let answer = work_off(&batch, &telemetry, records, async |_, now| {
            seen.borrow_mut().push(now.seconds());
            tokio::time::sleep(Duration::from_millis(1050)).await;
            Outcome { about: "numbers", facts: Facts::default(), result: Ok(()) }
        });
        answer.await.unwrap();
        assert_eq!(seen.into_inner(), [1, 2]);
    }

    #[test]
    fn twenty_attempts_last_longer_than_a_handshake() {
        assert!(20 * PAUSE.as_secs() > HANDSHAKE_SECONDS);
    }
}
