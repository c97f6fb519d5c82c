//! A user agent in words. It is what the caller says about itself: a hint for whoever looks for a session of theirs, and nothing
//! to decide by.

use super::catalogue::Catalogue;

/// What a browser has in its user agent that those below have not. Most call themselves Chrome and Safari as well.
const BROWSERS: [(&str, &str); 11] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The same of systems. Android calls itself Linux, and an iPhone says that it is like a Mac.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// Browser and system, or whichever of them is known, or the first product of an app (RFC 9110 section 10.1.5).
pub(super) fn device(words: &Catalogue, user_agent: Option<&str>) -> String {
    let user_agent = user_agent.unwrap_or_default();
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => words.device.replace("{browser}", browser).replace("{system}", system),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => product(user_agent).unwrap_or(&words.unknown_device).to_owned(),
    }
}

/// The name in `name/version`, if it is a plain word.
fn product(user_agent: &str) -> Option<&str> {
    let (name, _) = user_agent.split_once('/')?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name.len() <= 32 && name.chars().all(is_word)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_told_in_words() {
        let all = Catalogue::all().unwrap();
        for (user_agent, text) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            ("curl/8.14.1", "curl"),
            ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
            ("<script>alert(1)</script>/1", "Unknown device"),
            ("my app/1", "Unknown device"),
            ("", "Unknown device"),
        ] {
            assert_eq!(device(&all[0], Some(user_agent)), text, "{user_agent}");
        }
        assert_eq!(device(&all[1], None), "Unbekanntes Gerät");
        assert_eq!(device(&all[1], Some("Firefox/140.0 (Windows)")), "Firefox unter Windows");
    }
}
