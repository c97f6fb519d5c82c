//! CloudWatch's embedded metric format: what makes a log line count.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// Which members of a line are metrics, for CloudWatch's embedded metric format.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metrics {
    timestamp: u64,
    cloud_watch_metrics: &'static [Directive],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [[&'static str; 1]; 1],
    metrics: &'static [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

const DIRECTIVES: &[Directive] = &[
    Directive {
        namespace: "Latchkey",
        dimensions: [["function"]],
        metrics: &[Metric { name: "duration_ms", unit: "Milliseconds" }, Metric { name: "failures", unit: "Count" }],
    },
    Directive { namespace: "Latchkey", dimensions: [["event"]], metrics: &[Metric { name: "events", unit: "Count" }] },
];

impl Metrics {
    /// Of a request, and of what happened in it.
    pub(super) fn new(with_event: bool) -> Self {
        Self::now(if with_event { DIRECTIVES } else { &DIRECTIVES[..1] })
    }

    /// Of an event alone.
    pub(super) fn of_event() -> Self {
        Self::now(&DIRECTIVES[1..])
    }

    fn now(cloud_watch_metrics: &'static [Directive]) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { timestamp: now.as_secs().saturating_mul(1000), cloud_watch_metrics }
    }
}
