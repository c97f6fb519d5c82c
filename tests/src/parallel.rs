//! Many things at once, on one thread: they take turns wherever they wait.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

/// One of the things, and what it gave.
struct Task<F: Future> {
    future: Pin<Box<F>>,
    given: Option<F::Output>,
}

impl<F: Future> Task<F> {
    /// Whether it is done.
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        if self.given.is_none()
            && let Poll::Ready(given) = self.future.as_mut().poll(context)
        {
            self.given = Some(given);
        }
        self.given.is_some()
    }
}

/// Runs `futures` at the same time and gives what they gave, in their order.
pub async fn in_parallel<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut tasks: Vec<_> = futures.into_iter().map(|future| Task { future: Box::pin(future), given: None }).collect();
    poll_fn(|context| {
        let done = tasks.iter_mut().map(|task| task.poll(context)).fold(true, |all, done| all & done);
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    tasks.into_iter().filter_map(|task| task.given).collect()
}
