//! One HTTP exchange as a test writes it.

mod answer;
mod call;

pub use answer::Answer;
pub use call::Call;

/// Asserts a whole answer, as `Display` shows it: `assert_answer!(answer, @"…")`, an inline snapshot of insta that may stand in
/// a loop over stores.
#[macro_export]
macro_rules! assert_answer {
    ($answer:expr, @$expected:literal) => {{
        let answer = &$answer;
        insta::allow_duplicates! { insta::assert_snapshot!(answer, @$expected) }
    }};
}
