//! What the application does.

use lambda_http::{Body, Error, Request, Response};
use latchkey::guard::Identity;

/// Greets the caller. Who they are is among the request's extensions, and nowhere else.
pub(crate) fn answer(request: &Request) -> Result<Response<Body>, Error> {
    let identity = request.extensions().get::<Identity>().ok_or("nothing guards this function")?;
    let part = if identity.subject.has_role("admin") { ", who may do everything" } else { "" };
    let text = format!("Hello {}{part}.\n", identity.user_id());
    Ok(Response::builder().header("content-type", "text/plain").body(text.into())?)
}
