//! The loop between the Runtime API and the functions that the stream of a table feeds.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json, value::RawValue};

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
const RESERVE: Duration = Duration::from_secs(10);

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
        if batch.deadline.saturating_duration_since(started) < RESERVE {
            first_failure.get_or_insert(record.sequence_number);
            break;
        }
        let Outcome { about, mut facts, result } = match record.told {
            Ok(None) => continue,
            Ok(Some(told)) => work(told, now.plus(began.elapsed().as_secs())).await,
            Err(error) => Outcome { about: "", facts: Facts::default(), result: Err(error.into()) },
        };
        facts.reason = result.as_ref().err().map(|error| chain(error));
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
    use crate::{config::Env, ports::StoreError};

    fn record(number: u32, told: Stored<Option<u32>>) -> Record<u32> {
        Record { sequence_number: number.to_string(), told }
    }

    /// What the stream is answered, and which records were worked off; `3` fails.
    async fn worked_off(seconds: u64) -> (Value, Vec<u32>) {
        let batch = Batch {
            request_id: "r",
            event: "",
            now: Ok(Timestamp::from_seconds(1)),
            deadline: Instant::now() + Duration::from_secs(seconds),
            pause: Duration::from_millis(20),
        };
        let telemetry = Telemetry::from_env("test", &Env::new([]).unwrap()).unwrap();
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
    async fn none_is_begun_that_could_be_cut_off() {
        let all = json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] });
        assert_eq!(worked_off(9).await, (all, vec![]));
    }
}
