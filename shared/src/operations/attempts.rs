//! Reserving an attempt: the step before anything that costs a hash.

use crate::{
    domain::Attempt,
    error::Error,
    ports::{Reservation, ReserveAttempt},
};

/// Counts the attempt, or refuses it. When the counters cannot be reached nothing goes on.
///
/// # Errors
/// [`Error::TooManyAttempts`] with the seconds until the window ends, [`Error::Unavailable`].
pub async fn reserve(store: &impl ReserveAttempt, attempt: &Attempt) -> Result<(), Error> {
    match store.reserve_attempt(attempt).await? {
        Reservation::Granted => Ok(()),
        Reservation::Refused => Err(Error::TooManyAttempts { retry_after: attempt.window_end().since(attempt.now) }),
    }
}
