//! `template.yaml` agrees with everything that has to agree with it, and holds what nobody would miss before the first
//! request on AWS.

mod access;
mod cloudformation;
mod data;
mod operation;
mod policies;
mod routes;

/// What a test returns: a template that cannot even be read is a failure with a sentence.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;
