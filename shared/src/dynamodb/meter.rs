//! What the store has asked of DynamoDB: every verb has a budget, and a test reads it here.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Requests and units since the store was made, or between two of these.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// Read requests, repetitions after a conflict included, the SDK's own retries not.
    pub reads: u64,
    /// Write requests, likewise.
    pub writes: u64,
    /// Read capacity units, as DynamoDB reported them.
    pub read_units: f64,
    /// Write capacity units, as DynamoDB reported them. It reports none for a write whose condition failed.
    pub write_units: f64,
}

impl Usage {
    /// What was used since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            reads: self.reads.saturating_sub(earlier.reads),
            writes: self.writes.saturating_sub(earlier.writes),
            read_units: self.read_units - earlier.read_units,
            write_units: self.write_units - earlier.write_units,
        }
    }
}

/// Counts requests and units. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    reads: AtomicU64,
    writes: AtomicU64,
    /// Units are counted in halves: an eventually consistent read costs half a unit.
    half_read_units: AtomicU64,
    half_write_units: AtomicU64,
}

impl Meter {
    /// What was used so far.
    pub fn snapshot(&self) -> Usage {
        let units = |halves: &AtomicU64| halves.load(Relaxed) as f64 / 2.0;
        Usage {
            reads: self.0.reads.load(Relaxed),
            writes: self.0.writes.load(Relaxed),
            read_units: units(&self.0.half_read_units),
            write_units: units(&self.0.half_write_units),
        }
    }

    pub(super) fn count(&self, kind: Kind) {
        match kind {
            Kind::Read => self.0.reads.fetch_add(1, Relaxed),
            Kind::Write => self.0.writes.fetch_add(1, Relaxed),
        };
    }

    pub(super) fn add<'a>(&self, kind: Kind, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        let halves = (units * 2.0).round() as u64;
        match kind {
            Kind::Read => self.0.half_read_units.fetch_add(halves, Relaxed),
            Kind::Write => self.0.half_write_units.fetch_add(halves, Relaxed),
        };
    }
}

/// What a request does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Read,
    Write,
}
