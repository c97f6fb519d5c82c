//! The WebSocket API: what its gateway sends, and what it is answered.
//!
//! It authorizes `$connect` alone, and tells every later function of the connection what the authorizer said then. So that is the name
//! of somebody and not a proof: the table says whether they are still there.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-develop-integrations.html>

mod admitted;
pub mod authorizer;
mod event;
pub mod frame;
mod handshake;
mod origins;
pub mod room_frames;
mod serve;

pub use event::Event;
pub use handshake::PROTOCOL;
pub use origins::Origins;
pub use serve::{Answer, answer, run};
