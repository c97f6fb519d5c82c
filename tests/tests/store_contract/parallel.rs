//! Many tasks at once.

use std::future::Future;

use tokio::task::JoinSet;

/// How many tasks run at once.
const IN_FLIGHT: usize = 50;

/// Runs `count` tasks in parallel, 50 at once, and returns what they gave in no order.
pub(crate) async fn in_parallel<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut results = Vec::new();
    for first in (0..count).step_by(IN_FLIGHT) {
        let mut tasks: JoinSet<T> = (first..count.min(first + IN_FLIGHT)).map(&task).collect();
        while let Some(result) = tasks.join_next().await {
            results.push(result.unwrap());
        }
    }
    results
}

/// How many of `results` are `wanted`.
pub(crate) fn count<T: PartialEq>(results: &[T], wanted: &T) -> usize {
    results.iter().filter(|result| *result == wanted).count()
}
