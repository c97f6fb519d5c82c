//! Answers that are nobody else's business.

use ::http::{HeaderName, HeaderValue, Response, StatusCode, header};

/// An answer that nobody may keep, a browser's history included, or take for something else than it says it is.
pub fn answer<B>(status: StatusCode, body: B) -> Response<B> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// Sets a header; a value that is no header value is left out.
pub fn set<B>(response: &mut Response<B>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Sends a browser elsewhere instead (RFC 9110 section 15.4). What was said about the cookie stays.
pub fn redirect<B>(instead_of: &Response<B>, status: StatusCode, location: &str) -> Response<()> {
    let mut elsewhere = answer(status, ());
    set(&mut elsewhere, header::LOCATION, location);
    let cookie = instead_of.headers().get(header::SET_COOKIE).cloned();
    elsewhere.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    elsewhere
}
