//! Between API Gateway and the operations: the only module, with the functions themselves, that names their types.

pub mod authorizer;
#[cfg(feature = "aws")]
pub mod bodies;
mod cookies;
#[cfg(feature = "guard")]
pub mod credential;
#[cfg(feature = "aws")]
mod event;
#[cfg(feature = "aws")]
mod fields;
#[cfg(feature = "guard")]
pub mod identity_headers;
#[cfg(feature = "aws")]
pub mod pages;
#[cfg(feature = "aws")]
pub mod payload;
#[cfg(feature = "guard")]
pub mod private;
#[cfg(feature = "guard")]
pub mod problem;
#[cfg(feature = "aws")]
pub mod reply;
#[cfg(feature = "aws")]
pub mod request;
#[cfg(feature = "guard")]
pub mod return_to;
mod runtime_api;
#[cfg(feature = "aws")]
pub mod serve;
#[cfg(feature = "guard")]
pub mod session_cookie;
#[cfg(feature = "guard")]
pub mod site;
#[cfg(feature = "aws")]
pub mod websocket;

#[cfg(feature = "aws")]
pub use bodies::{SessionView, TokenSet, UserView};
#[cfg(feature = "aws")]
pub use lambda_http::{
    Request,
    http::{StatusCode, header::CACHE_CONTROL},
};
#[cfg(feature = "aws")]
pub use reply::Reply;
#[cfg(feature = "aws")]
pub use serve::run;
#[cfg(feature = "guard")]
pub use site::Site;
