//! What every store must do, one rule per test, on both stores. Time is a value here: nothing waits.

#![expect(clippy::unwrap_used, clippy::panic, reason = "rules are functions that tests call, not tests themselves")]

#[path = "store_contract/accounts.rs"]
mod accounts;
#[path = "store_contract/administration.rs"]
mod administration;
#[path = "store_contract/attempts.rs"]
mod attempts;
#[path = "store_contract/changes.rs"]
mod changes;
#[path = "store_contract/connections.rs"]
mod connections;
#[path = "store_contract/deletion.rs"]
mod deletion;
#[path = "store_contract/endings.rs"]
mod endings;
#[path = "store_contract/feed.rs"]
mod feed;
#[path = "store_contract/fixtures.rs"]
mod fixtures;
#[path = "store_contract/list.rs"]
mod list;
#[path = "store_contract/parallel.rs"]
mod parallel;
#[path = "store_contract/password.rs"]
mod password;
#[path = "store_contract/rest.rs"]
mod rest;
#[path = "store_contract/rooms.rs"]
mod rooms;
#[path = "store_contract/rotation.rs"]
mod rotation;
#[path = "store_contract/rotation_window.rs"]
mod rotation_window;
#[path = "store_contract/sessions.rs"]
mod sessions;
#[path = "store_contract/store.rs"]
mod store;

macro_rules! contract {
    ($($module:ident :: $rule:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $rule() {
                crate::$module::$rule(latchkey::memory::Memory::default()).await;
            })+
        }

        mod dynamodb {
            $(#[tokio::test]
            async fn $rule() {
                crate::$module::$rule(latchkey_tests::local_dynamodb::local_dynamodb().store()).await;
            })+
        }
    };
}

contract! {
    connections::a_connection_is_written_down_found_listed_and_forgotten,
    connections::a_ticket_is_redeemed_once,
    connections::of_twenty_parallel_redemptions_of_one_ticket_one_happens,
    connections::e5_nothing_opens_for_a_session_that_is_not_live_or_of_another_epoch,
    connections::a_refused_connection_leaves_nothing_behind_not_even_a_redeemed_ticket,
    connections::a_connection_is_prolonged_only_as_it_was_found,
    connections::a_user_resumes_two_hundred_times_a_minute_on_all_connections,
    connections::of_two_who_resume_on_a_connection_as_they_found_it_one_does,
    connections::what_is_due_is_told_in_order_and_in_pages_until_it_is_forgotten,
    connections::an_epoch_tells_why_it_was_raised,
    rooms::a_room_is_made_found_and_changed_and_its_members_stay,
    rooms::members_are_members_until_they_leave_and_others_are_none,
    rooms::g10_nobody_listens_but_members_and_who_leaves_listens_no_more,
    rooms::messages_are_numbered_from_one_and_read_in_order,
    rooms::a_message_sent_again_is_the_same_one_and_only_of_its_sender_and_room,
    rooms::numbers_are_dense_whoever_sends_and_however_often,
    rooms::a_long_history_is_read_page_by_page_without_a_gap,
    rooms::what_is_forgotten_gives_no_number_away,
    accounts::an_account_is_found_whole_by_email_and_by_id,
    accounts::nobody_is_found_where_nobody_is,
    accounts::a_taken_email_is_refused_and_changes_nothing,
    accounts::c6_twenty_parallel_registrations_of_one_email_make_one_whole_account,
    administration::a_user_is_found_by_their_canonical_email_and_no_other,
    administration::words_of_one_kind_are_replaced_and_nothing_else_is,
    administration::nobody_is_made_by_giving_them_words_or_letting_them_in,
    administration::disabling_marks_the_user_raises_the_epoch_and_tells_the_feed,
    administration::g3_a_stale_epoch_disables_nobody_and_the_feed_hears_nothing,
    administration::enabling_clears_the_mark_and_leaves_the_epoch,
    administration::of_twenty_parallel_disablings_one_happens_and_words_set_meanwhile_stay,
    administration::g3_a_disabling_that_straddles_a_deletion_brings_nobody_back,
    attempts::c9_two_hundred_parallel_attempts_on_one_account_never_exceed_its_limit,
    attempts::attempts_on_many_accounts_never_exceed_the_limit_of_their_source,
    attempts::a_refused_attempt_is_not_counted_anywhere,
    attempts::a_cleared_counter_starts_over,
    attempts::a_counter_starts_over_with_its_window,
    attempts::a_limit_of_zero_grants_nothing,
    changes::a_name_is_set_and_removed,
    changes::a_name_is_not_set_once_the_epoch_has_moved,
    changes::a_hash_is_replaced_only_if_it_is_the_one_that_was_verified,
    changes::g3_a_rehash_that_straddles_a_change_is_refused,
    changes::raising_the_epoch_moves_profile_and_password_and_tells_the_feed,
    changes::a_stale_epoch_is_not_raised_and_the_feed_hears_nothing,
    changes::of_twenty_parallel_raises_one_happens,
    deletion::a_deleted_account_is_gone_whole_and_its_email_is_free,
    deletion::g3_a_deletion_that_straddles_a_change_is_refused_whole,
    deletion::an_account_is_not_deleted_with_the_email_of_another,
    deletion::sessions_of_a_deleted_account_have_no_user,
    endings::a_session_ends_once_and_keeps_its_first_cause,
    endings::of_twenty_parallel_endings_one_happens,
    endings::an_ending_leaves_a_tombstone_and_tells_the_feed,
    endings::a_session_that_is_not_there_cannot_end_and_the_feed_hears_nothing,
    endings::an_expired_session_can_still_be_ended,
    endings::b4_rotations_against_an_ending_leave_nothing_alive,
    feed::what_has_ended_is_told_after_its_bucket_and_as_long_as_it_matters,
    feed::what_ended_over_two_hours_is_read_whole,
    feed::every_verb_that_ends_something_is_read_from_the_feed,
    feed::a_session_that_the_feed_speaks_of_already_is_ended_without_another_entry,
    list::pages_hold_every_live_session_once_in_order,
    list::ended_and_expired_sessions_are_left_out,
    list::sessions_of_others_are_not_listed,
    password::a_changed_password_is_another_hash_and_the_next_epoch_and_tells_the_feed,
    password::g3_a_password_is_changed_only_if_hash_and_epoch_are_those_that_were_verified,
    password::g3_of_a_change_and_a_rehash_the_first_wins,
    password::of_twenty_parallel_changes_of_a_password_one_happens,
    rest::published_keys_are_read_back_and_replaced,
    rest::b13_a_dump_of_the_tables_holds_no_seed,
    rest::counters_and_feed_name_nobody,
    rotation::a_rotation_moves_generation_use_and_idle_limit_and_nothing_else,
    rotation::b1_of_fifty_parallel_rotations_one_happens_and_the_others_see_it,
    rotation::another_generation_is_refused,
    rotation::another_seed_is_refused,
    rotation::another_epoch_is_refused,
    rotation::b6_a_session_is_rotated_until_a_second_before_its_idle_limit,
    rotation::b7_a_session_is_rotated_until_a_second_before_its_absolute_limit,
    rotation::an_ended_session_is_refused,
    rotation::a_session_that_is_not_there_is_refused,
    rotation_window::the_last_four_rotations_are_remembered_newest_first,
    rotation_window::a_fifth_rotation_within_the_grace_is_refused,
    rotation_window::b5_rotations_in_one_frozen_second_and_a_clock_stepped_back_are_remembered,
    sessions::a_session_reads_back_as_it_was_written_and_with_its_user,
    sessions::a_session_is_never_replaced,
    sessions::a_session_created_twice_by_one_request_is_one_session,
    sessions::sliding_moves_last_use_and_idle_limit_and_nothing_else,
    sessions::b6_sliding_never_brings_a_session_back,
}
