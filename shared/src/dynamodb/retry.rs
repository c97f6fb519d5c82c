//! Patience: requests that lost against a transaction are sent again. The SDK repeats what was throttled or lost, not these.

use std::{future::Future, time::Duration};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::{client::OPERATION_TIMEOUT, failure};
use crate::{domain::Random, ports::Stored};

/// Tries of one request. Conflicts last for as long as one transaction does, some milliseconds.
pub(super) const TRIES: u32 = 6;

/// The first pause is shorter than this, each later one than twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// Waits a random part of what the `tries`-th pause may last, so that rivals do not meet again.
pub(super) async fn pause(tries: u32) {
    // A draw that fails costs only the spread.
    let spread = Random::SYSTEM.draw::<1>().map_or(255, |[byte]| byte);
    let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries));
    tokio::time::sleep(longest.mul_f64(f64::from(spread) / 255.0)).await;
}

/// Sends a request until it is answered by something else than a conflict, within the time one request may take.
pub(super) async fn send<O, E, F, Answer>(
    conflicts: impl Fn(&SdkError<E>) -> bool,
    request: F,
) -> Result<O, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Fn() -> Answer,
    Answer: Future<Output = Result<O, SdkError<E>>>,
{
    let tries = async {
        for tries in 0..TRIES - 1 {
            match request().await {
                Err(error) if conflicts(&error) => pause(tries).await,
                answer => return answer,
            }
        }
        request().await
    };
    match tokio::time::timeout(OPERATION_TIMEOUT, tries).await {
        Ok(answer) => answer,
        Err(elapsed) => Err(SdkError::timeout_error(elapsed)),
    }
}

/// Bounds a verb that needs several requests by the time one may take.
pub(super) async fn bounded<T>(verb: &'static str, requests: impl Future<Output = Stored<T>>) -> Stored<T> {
    let in_time = tokio::time::timeout(OPERATION_TIMEOUT, requests).await;
    in_time.unwrap_or_else(|_| Err(failure::unavailable(verb, "timed out")))
}
