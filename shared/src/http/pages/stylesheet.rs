//! The stylesheet: one file with the deployment's colour in it, named by its hash so that browsers may keep it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use lambda_http::http::header;

use super::{Colour, Reply, StatusCode};

/// The folder of its path.
pub const FOLDER: &str = "/auth/pages/";

const TEXT: &str = include_str!("pages.css");

/// For a year: under this name there will never be another.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// How much of the hash is in the name, in bytes.
const HASH_BYTES: usize = 9;

/// The stylesheet of a deployment.
#[derive(Debug)]
pub(super) struct Stylesheet {
    pub(super) path: String,
    text: String,
}

impl Stylesheet {
    pub(super) fn new(colour: Colour) -> Self {
        let text = format!(":root {{ --brand: {colour}; --on-brand: {}; }}\n{TEXT}", colour.text());
        let hash = digest(&SHA256, text.as_bytes());
        let name = URL_SAFE_NO_PAD.encode(hash.as_ref().get(..HASH_BYTES).unwrap_or_default());
        Self { path: format!("{FOLDER}{name}.css"), text }
    }

    /// The file. While a deployment replaces sandboxes, pages ask for the one before or the next: they get this one, and nobody
    /// keeps it under that name.
    pub(super) fn reply(&self, file: &str) -> Reply {
        let reply = Reply::text(StatusCode::OK, "text/css; charset=utf-8", self.text.clone());
        let is_this = self.path.strip_prefix(FOLDER) == Some(file);
        if is_this { reply.header(header::CACHE_CONTROL, FOR_EVER) } else { reply }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colour of a custom property in the light scheme, which comes first, and in the dark one.
    fn colours(property: &str) -> [Colour; 2] {
        let before = format!("--{property}: ");
        let values = TEXT.split(&before).skip(1);
        let found: Vec<_> = values.map(|rest| Colour::parse(rest.get(..7).unwrap()).unwrap()).collect();
        found.try_into().unwrap_or_else(|found| panic!("{property} has not two values: {found:?}"))
    }

    #[test]
    fn all_text_can_be_read_and_all_edges_can_be_seen_in_light_and_dark() {
        for (text, surfaces, least) in [
            ("text", &["page", "card", "note-card", "fault-card"][..], 7.0),
            ("muted", &["page", "card"], 4.5),
            ("fault", &["card", "fault-card"], 4.5),
            ("edge", &["card"], 3.0),
            ("focus", &["page", "card", "fault-card"], 3.0),
        ] {
            for surface in surfaces {
                for (text_colour, surface_colour) in colours(text).into_iter().zip(colours(surface)) {
                    let contrast = text_colour.contrast(surface_colour);
                    assert!(contrast >= least, "{text} {text_colour} on {surface} {surface_colour}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn another_colour_is_another_file_and_nothing_in_it_is_fetched() {
        let [one, other] = [Colour::BLACK, Colour::WHITE].map(Stylesheet::new);
        assert_ne!(one.path, other.path);
        assert!(one.text.starts_with(":root { --brand: #000000; --on-brand: #ffffff; }"));
        assert!(!TEXT.contains("url(") && !TEXT.contains("@import"));
    }
}
