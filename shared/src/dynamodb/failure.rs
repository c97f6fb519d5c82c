//! What the SDK's errors mean. An error of the SDK can hold whole items and answers, so none of them leaves this module: what
//! goes on is our own words, an error code, and the SDK's description of a connection that failed.

use std::{error::Error, fmt};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::ports::StoreError;

/// Codes of single requests that lost against a transaction or another region: the same request may succeed at once.
const CONFLICTS: [&str; 3] =
    ["TransactionConflictException", "TransactionInProgressException", "ReplicatedWriteConflictException"];

/// Codes with status 400 that mean too much at once.
const THROTTLING: [&str; 5] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "Throttling",
    "LimitExceededException",
];

/// Codes whose message names actions and resources, which whoever deploys needs, and never a key or a value.
const EXPLAINED: [&str; 2] = ["AccessDeniedException", "ResourceNotFoundException"];

/// A request that failed, without anything it carried.
#[derive(Debug)]
struct Trouble {
    request: &'static str,
    reason: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.request, self.reason)
    }
}

impl Error for Trouble {}

/// `request` may succeed later.
pub(super) fn unavailable(request: &'static str, reason: impl Into<String>) -> StoreError {
    StoreError::Unavailable(Box::new(Trouble { request, reason: reason.into() }))
}

/// `request` will never succeed as it is.
pub(super) fn unexpected(request: &'static str, reason: impl fmt::Display) -> StoreError {
    StoreError::Unexpected(format!("{request}: {reason}"))
}

/// Whether the same request may succeed at once.
pub(super) fn is_conflict<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.is_some_and(|code| CONFLICTS.contains(&code))
}

/// What a failed `request` means for the caller.
pub(super) fn explain<E: ProvideErrorMetadata>(request: &'static str, error: &SdkError<E>) -> StoreError {
    match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            explain_answer(request, status, context.err())
        }
        SdkError::ConstructionFailure(_) => unexpected(request, "could not be built"),
        SdkError::TimeoutError(_) => unavailable(request, "timed out"),
        SdkError::DispatchFailure(failure) => {
            unavailable(request, failure.as_connector_error().map_or("not sent".into(), chain))
        }
        SdkError::ResponseError(_) => unavailable(request, "the answer cannot be read"),
        _ => unavailable(request, "failed"),
    }
}

fn explain_answer(request: &'static str, status: u16, error: &impl ProvideErrorMetadata) -> StoreError {
    let code = error.code().unwrap_or("no error code");
    let passing = status >= 500 || CONFLICTS.contains(&code) || THROTTLING.contains(&code);
    if passing {
        return unavailable(request, format!("{status} {code}"));
    }
    match error.message().filter(|_| EXPLAINED.contains(&code)) {
        Some(message) => unexpected(request, format!("{code}: {message}")),
        None => unexpected(request, code),
    }
}

/// An error and its causes in one line.
fn chain(error: &(impl Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
