//! The clauses of conditional writes, each with its name. The values they compare with are `:epoch`, `:now` and so on.

/// The item does not exist: a create is never an upsert.
pub(super) const ABSENT: &str = "attribute_not_exists(pk)";

/// The item exists.
pub(super) const PRESENT: &str = "attribute_exists(pk)";

/// Nothing has disabled, changed or deleted the account since it was read.
pub(super) const SAME_EPOCH: &str = "epoch = :epoch";

/// The hash is still the one that was verified.
pub(super) const SAME_HASH: &str = "password_hash = :verified";

/// The marker of an email leads to this user and no other.
pub(super) const MARKER_IS_OURS: &str = "user_id = :user_id";

/// The session has not ended.
pub(super) const NOT_ENDED: &str = "attribute_not_exists(ended_at)";

/// Neither limit of the session is reached. TTL deletes days late, so an item being there proves nothing.
pub(super) const NOT_EXPIRED: &str = "expires_at > :now AND absolute_expires_at > :now";

/// The connection is there, and nobody has prolonged it.
pub(super) const STILL_GOOD_UNTIL: &str = "good_until = :good_until";

/// Nobody has asked for everything on the connection.
pub(super) const NEVER_RESUMED: &str = "attribute_not_exists(resumed_at)";

/// Nobody has done so since.
pub(super) const STILL_RESUMED_AT: &str = "resumed_at = :resumed_at";

/// The refresh token presented is the current one.
pub(super) const CURRENT_GENERATION: &str = "generation = :generation";

/// Whoever presents the token knows the seed.
pub(super) const SAME_SEED: &str = "seed_hash = :seed_hash";

/// The rotation that would be forgotten is older than the grace, so that no honest straggler is taken for a thief.
pub(super) const NOTHING_FORGOTTEN_TOO_SOON: &str = "rotated_at_4 <= :oldest_rotation_before";

/// The counter has room for one more.
pub(super) const BELOW_LIMIT: &str = "(attribute_not_exists(used) OR used < :limit)";

/// No later public keys are published. Those of a version that knew no revision are older.
pub(super) const NOTHING_LATER: &str = "(attribute_not_exists(revision) OR revision <= :revision)";

/// All of `clauses`.
pub(super) fn all(clauses: &[&str]) -> String {
    clauses.join(" AND ")
}
