//! What pages say, in the language of whoever reads them. A language is a file in `catalogue/`, named by its tag (BCP 47).

use serde::Deserialize;

use crate::{
    domain::{EndCause, Timestamp},
    http::bodies::rfc3339,
};

/// Every catalogue. The first one is for readers of none of them.
const FILES: [(&str, &str); 2] = [("en", include_str!("catalogue/en.json")), ("de", include_str!("catalogue/de.json"))];

/// One catalogue: a text that is missing, or that no page says, stops the function at start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Catalogue {
    /// The tag of the language.
    #[serde(skip)]
    pub(super) language: &'static str,
    pub(super) sign_in: String,
    pub(super) sign_in_lead: String,
    pub(super) sign_up: String,
    pub(super) sign_up_lead: String,
    pub(super) sign_out: String,
    pub(super) no_account: String,
    pub(super) have_account: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
    pub(super) optional: String,
    pub(super) password_hint: String,
    pub(super) problem: String,
    pub(super) failed_title: String,
    pub(super) to_account: String,
    pub(super) bad_email: String,
    pub(super) bad_name: String,
    pub(super) password_too_long: String,
    pub(super) password_too_short: String,
    pub(super) password_has_email: String,
    pub(super) password_too_common: String,
    pub(super) wrong_credentials: String,
    pub(super) email_taken: String,
    pub(super) too_many_attempts: String,
    pub(super) unavailable: String,
    pub(super) not_done: String,
    pub(super) ended_logout: String,
    pub(super) ended_logout_all: String,
    pub(super) ended_revoked_by_admin: String,
    pub(super) ended_password_changed: String,
    pub(super) ended_reuse_detected: String,
    pub(super) ended_idle: String,
    pub(super) ended_absolute: String,
    pub(super) ended_account_deleted: String,
    pub(super) account: String,
    pub(super) profile: String,
    pub(super) member_since: String,
    pub(super) sessions: String,
    pub(super) this_device: String,
    pub(super) device: String,
    pub(super) unknown_device: String,
    pub(super) signed_in_at: String,
    pub(super) last_used_at: String,
    pub(super) address: String,
    pub(super) time_format: String,
    pub(super) end_session: String,
    pub(super) end_others: String,
    pub(super) end_all: String,
    pub(super) more_sessions: String,
    pub(super) done_end_session: String,
    pub(super) done_end_others: String,
    pub(super) change_password: String,
    pub(super) change_password_lead: String,
    pub(super) current_password: String,
    pub(super) new_password: String,
    pub(super) wrong_password: String,
    pub(super) password_unchanged: String,
    pub(super) done_change_password: String,
}

impl Catalogue {
    /// All catalogues, the default one first.
    pub(super) fn all() -> Result<Vec<Self>, serde_json::Error> {
        FILES.iter().map(|(language, text)| Ok(Self { language, ..serde_json::from_str(text)? })).collect()
    }

    /// Why a session is over.
    pub(super) fn ended(&self, cause: EndCause) -> &str {
        match cause {
            EndCause::Logout => &self.ended_logout,
            EndCause::LogoutAll => &self.ended_logout_all,
            EndCause::RevokedByAdmin => &self.ended_revoked_by_admin,
            EndCause::PasswordChanged => &self.ended_password_changed,
            EndCause::ReuseDetected => &self.ended_reuse_detected,
            EndCause::Idle => &self.ended_idle,
            EndCause::Absolute => &self.ended_absolute,
            EndCause::AccountDeleted => &self.ended_account_deleted,
        }
    }

    /// A moment. In UTC: without a script nobody knows where the reader is.
    pub(super) fn moment(&self, time: Timestamp) -> Moment {
        let seconds = i64::try_from(time.seconds()).unwrap_or_default();
        let moment = jiff::Timestamp::from_second(seconds).ok();
        let text = moment.and_then(|moment| jiff::fmt::strtime::format(&self.time_format, moment).ok());
        let machine = rfc3339(time);
        Moment { text: text.unwrap_or_else(|| machine.clone()), machine }
    }
}

/// A moment for readers and for machines.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) text: String,
    pub(super) machine: String,
}

/// The catalogue for an `Accept-Language` (RFC 9110 section 12.5.4) by lookup (RFC 4647 section 3.4): the most wanted language
/// that there is, less and less specific.
pub(super) fn chosen<'w>(catalogues: &'w [Catalogue], accept_language: &str) -> Option<&'w Catalogue> {
    let mut ranges: Vec<_> = accept_language.split(',').filter_map(weighted).collect();
    ranges.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    ranges.iter().find_map(|(range, _)| lookup(catalogues, range)).or(catalogues.first())
}

/// A range and its weight; nothing for one that is not wanted or not understood.
fn weighted(item: &str) -> Option<(&str, f32)> {
    let (range, weight) = item.split_once(';').unwrap_or((item, "q=1"));
    let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
    (weight > 0.0).then_some((range.trim(), weight))
}

fn lookup<'w>(catalogues: &'w [Catalogue], range: &str) -> Option<&'w Catalogue> {
    let mut range = range;
    loop {
        let found = catalogues.iter().find(|words| range == "*" || words.language.eq_ignore_ascii_case(range));
        if found.is_some() {
            return found;
        }
        range = range.rsplit_once('-')?.0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_language_says_everything_with_the_same_placeholders() {
        Catalogue::all().unwrap();
        let placeholders = |text: &str| {
            let texts: std::collections::BTreeMap<String, String> = serde_json::from_str(text).unwrap();
            let of =
                |text: &str| text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
            texts.into_iter().map(|(key, text)| (key, of(&text))).collect::<Vec<(String, BTreeSet<String>)>>()
        };
        for (language, text) in FILES {
            assert_eq!(placeholders(text), placeholders(FILES[0].1), "{language}");
            assert!(!text.contains("\"\""), "{language} has an empty text");
        }
    }

    #[test]
    fn every_file_of_the_folder_is_a_language() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/catalogue");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let listed: BTreeSet<_> = FILES.iter().map(|(language, _)| format!("{language}.json")).collect();
        assert_eq!(files.collect::<BTreeSet<_>>(), listed, "name each file in FILES");
    }

    #[test]
    fn a_catalogue_without_a_text_or_with_one_too_many_is_none() {
        let without = FILES[1].1.replace("\"sign_in\"", "\"sign_inn\"");
        assert!(serde_json::from_str::<Catalogue>(&without).is_err());
        let missing = FILES[1].1.replacen("\"sign_in\": \"Anmelden\",", "", 1);
        assert!(serde_json::from_str::<Catalogue>(&missing).is_err());
    }

    #[test]
    fn every_time_format_is_one() {
        for words in Catalogue::all().unwrap() {
            let moment = words.moment(Timestamp::from_seconds(1_800_000_000));
            assert_eq!(moment.machine, "2027-01-15T08:00:00Z");
            assert!(moment.text.contains("2027") && moment.text.ends_with("08:00 UTC"), "{}", moment.text);
        }
    }

    #[test]
    fn the_most_wanted_language_that_there_is_is_spoken() {
        let all = Catalogue::all().unwrap();
        for (header, language) in [
            ("", "en"),
            ("de", "de"),
            ("DE-at", "de"),
            ("de-Latn-CH-1996", "de"),
            ("fr", "en"),
            ("fr, de;q=0.5", "de"),
            ("de;q=0.5, en;q=0.8", "en"),
            ("en;q=0.8, de", "de"),
            ("en;q=0, de;q=0.1", "de"),
            ("*", "en"),
            ("fr, *;q=0.1, de;q=0.5", "de"),
            ("deutsch", "en"),
            ("de;q=much", "en"),
            ("de;q=NaN, de;q=-1", "en"),
            (";;,,q=;-;de", "en"),
        ] {
            assert_eq!(chosen(&all, header).unwrap().language, language, "{header}");
        }
    }
}
