//! The function of examples/protected-api is a workspace of its own; what it answers needs nothing to be tested but this.

#[path = "../../examples/protected-api/notes/src/notes.rs"]
mod notes;
