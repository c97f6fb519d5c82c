//! The pages: signing in, making an account and looking after it, as a browser without scripts does.

use latchkey::domain::{AttemptLimits, EndCause, Timestamp};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
    store::Store,
    world::{ORIGIN, Settings, World},
};

use crate::{
    refresh::{cause, session},
    straddling::NEW_PASSWORD,
};

const DAY: u64 = 24 * 3600;
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A browser that is signed in: its cookie, and what the same sign-in looks like as tokens.
pub(crate) struct Visitor {
    pub(crate) person: Person,
    pub(crate) cookie: String,
}

impl Visitor {
    pub(crate) async fn new(world: &World) -> Self {
        let person = Person::new();
        let answer =
            world.send(submit("/auth/register", &[("email", &person.email), ("password", &person.password)])).await;
        assert_eq!(answer.status, 303, "{answer}");
        Self { cookie: answer.cookie().unwrap(), person }
    }

    /// The same person in another browser.
    pub(crate) async fn again(&self, world: &World) -> Self {
        let answer = world.send(sign_in(&self.person, &[])).await;
        Self { person: self.person.clone(), cookie: answer.cookie().unwrap() }
    }

    pub(crate) fn with(&self, call: Call) -> Call {
        call.cookie(&format!("__Host-latchkey={}", self.cookie))
    }

    pub(crate) async fn account(&self, world: &World) -> Answer {
        world.send(self.with(Call::get("/auth/account"))).await
    }

    pub(crate) async fn act(&self, world: &World, fields: &[(&str, &str)]) -> Answer {
        world.send(self.with(submit("/auth/account", fields))).await
    }

    async fn tokens(&self, world: &World) -> Tokens {
        let checked = world.send(self.with(Call::get("/auth/check"))).await;
        let header = |name: &str| checked.headers[name].clone();
        let nothing = String::new;
        let (user_id, session_id) = (header("x-auth-sub"), header("x-auth-sid"));
        Tokens { access: nothing(), refresh: nothing(), session: nothing(), session_id, user_id }
    }
}

pub(crate) fn submit(path: &str, fields: &[(&str, &str)]) -> Call {
    Call::form(path, ORIGIN, fields)
}

pub(crate) fn sign_in(person: &Person, more: &[(&str, &str)]) -> Call {
    submit("/auth/login", &[&[("email", person.email.as_str()), ("password", &person.password)], more].concat())
}

fn location(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.headers.get("location").map_or("", String::as_str))
}

/// Where a page of ours is, whole.
fn page(path: &str) -> String {
    format!("{ORIGIN}{path}")
}

/// The ids of the sessions that a page could end.
fn others(page: &Answer) -> Vec<String> {
    let ids = page.body.split("name=\"session\" value=\"").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn somebody_makes_an_account_signs_out_and_signs_in_again() {
    for world in World::on_each_store() {
        let person = Person::new();
        let fields =
            [("email", person.email.as_str()), ("password", &person.password), ("name", "Ada"), ("return_to", "")];
        let answer = world.send(submit("/auth/register", &fields)).await;
        assert_eq!(location(&answer), (303, page("/auth/account").as_str()));
        assert!(answer.headers["set-cookie"].ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1209600"));
        let visitor = Visitor { cookie: answer.cookie().unwrap(), person: person.clone() };
        let account = visitor.account(&world).await;
        assert_eq!((account.status, account.cookie()), (200, None));
        for text in [
            "Your account",
            "<dd>Ada</dd>",
            &format!("<dd>{}</dd>", person.email),
            "Linux",
            "This device",
            "198.51.100.7",
        ] {
            assert!(account.body.contains(text), "{text}: {account}");
        }
        let left = world.send(visitor.with(submit("/auth/logout", &[]))).await;
        assert_eq!(
            (location(&left), left.cookie().as_deref()),
            ((303, page("/auth/login?cause=logout").as_str()), Some(""))
        );
        let login = world.send(Call::get("/auth/login?cause=logout")).await;
        assert!(login.body.contains("<p class=\"note\" role=\"status\">You have signed out.</p>"), "{login}");
        let back = world.send(sign_in(&person, &[("return_to", "/notes?a=b#c")])).await;
        assert_eq!(location(&back), (303, page("/notes?a=b#c").as_str()));
        assert_ne!(back.cookie().unwrap(), visitor.cookie, "a new session");
    }
}

#[tokio::test]
async fn a_form_that_is_not_good_comes_back_with_what_was_typed_but_the_password() {
    let limits = AttemptLimits { per_account: 3, ..AttemptLimits::default() };
    for world in World::on_each_store_with(Settings { limits, ..Settings::default() }) {
        let (taken, _) = world.registered().await;
        let limited = Person::new();
        for _ in 0..3 {
            world.login(&limited).await;
        }
        let good = "seven green bicycles";
        let long = "x".repeat(257);
        let table = [
            ("/auth/login", "ada@example", good, "Ada", 422, "email", "like name@example.com", "wie name@example.com"),
            ("/auth/login", "", "", "Ada", 422, "email", "like name@example.com", "wie name@example.com"),
            ("/auth/login", "ada@example.com", &long, "", 422, "password", "at most 256", "höchstens 256"),
            (
                "/auth/login",
                "nobody@example.com",
                good,
                "",
                401,
                "password",
                "Email or password is wrong.",
                "E-Mail oder Passwort ist falsch.",
            ),
            (
                "/auth/login",
                &limited.email,
                good,
                "",
                429,
                "",
                "Too many attempts. Wait",
                "Zu viele Versuche. Warten Sie",
            ),
            ("/auth/register", "ada", good, "Ada", 422, "email", "like name@example.com", "wie name@example.com"),
            (
                "/auth/register",
                "ada@example.com",
                good,
                "a\u{7}",
                422,
                "name",
                "1 to 200 characters",
                "1 bis 200 Zeichen",
            ),
            (
                "/auth/register",
                "ada@example.com",
                "fourteen chars",
                "",
                422,
                "password",
                "at least 15",
                "mindestens 15",
            ),
            (
                "/auth/register",
                "a@example.com",
                "password1password1",
                "",
                422,
                "password",
                "easy to guess",
                "leicht zu erraten",
            ),
            (
                "/auth/register",
                "ada.l@example.com",
                "ada.l@example.com!",
                "",
                422,
                "password",
                "contain your email",
                "E-Mail-Adresse nicht",
            ),
            (
                "/auth/register",
                &taken.email,
                good,
                "Ada",
                409,
                "email",
                "There is an account",
                "gibt es schon ein Konto",
            ),
        ];
        for (path, email, password, name, status, field, english, german) in table {
            let fields = [("email", email), ("password", password), ("name", name), ("return_to", "/notes")];
            for (language, text) in [("en", english), ("de", german)] {
                let answer = world.send(submit(path, &fields).header("accept-language", language)).await;
                assert_eq!((answer.status, answer.cookie()), (status, None), "{path} {email} {password}: {answer}");
                assert_eq!(answer.headers.contains_key("retry-after"), status == 429);
                let alert = answer.body.split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
                assert!(alert.contains(text), "{text}: {alert}");
                assert!(password.is_empty() || !answer.body.contains(password), "{path} echoes a password");
                assert!(answer.body.contains(&format!("type=\"email\" inputmode=\"email\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required value=\"{email}\"")), "{answer}");
                assert!(answer.body.contains("name=\"return_to\" value=\"/notes\""));
                let marked = answer.body.contains("aria-invalid=\"true\"");
                assert_eq!(marked, !field.is_empty(), "{path} {email}");
                if marked {
                    assert!(alert.contains(&format!("<a href=\"#{field}\">")), "{alert}");
                    let described = "aria-invalid=\"true\" aria-describedby=\"";
                    let ids = answer.body.split(described).nth(1).unwrap().split('"').next().unwrap();
                    assert!(ids.ends_with(&format!("{field}-fault")), "{ids}");
                }
            }
        }
    }
}

#[tokio::test]
async fn c1_the_page_for_an_unknown_email_and_a_wrong_password_is_the_same() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let nobody = Person { email: Person::new().email, ..person.clone() };
        let answer = |person: Person| world.send(sign_in(&person, &[]));
        let mut wrong = answer(person.with_password("seven green bicycles")).await;
        let unknown = answer(nobody.with_password("seven green bicycles")).await;
        assert_eq!(wrong.status, 401);
        wrong.body = wrong.body.replace(&person.email, &nobody.email);
        assert!(wrong == unknown, "{wrong}\n{unknown}");
    }
}

#[tokio::test]
async fn every_page_is_allowed_nothing_but_its_stylesheet_and_its_forms() {
    for world in World::on_each_store() {
        let visitor = Visitor::new(&world).await;
        visitor.again(&world).await;
        let calls = [
            Call::get("/auth/login"),
            Call::get("/auth/login?cause=reuse-detected&return_to=%2Fnotes"),
            Call::get("/auth/register"),
            submit("/auth/login", &[("email", ""), ("password", "")]),
            submit("/auth/register", &[("email", ""), ("password", ""), ("name", "\u{7}")]),
            visitor.with(Call::get("/auth/account")),
            visitor.with(Call::get("/auth/account?done=end-others")),
            visitor.with(submit("/auth/account", &[("action", "x")])),
        ];
        for call in calls {
            for language in ["en", "de"] {
                let answer = world.send(call.clone().header("accept-language", language)).await;
                let header = |name: &str| answer.headers[name].as_str();
                assert_eq!(header("content-security-policy"), POLICY);
                assert_eq!(header("referrer-policy"), "same-origin");
                assert_eq!(header("cache-control"), "no-store");
                assert_eq!(header("x-content-type-options"), "nosniff");
                assert_eq!(
                    (header("content-type"), header("content-language")),
                    ("text/html; charset=utf-8", language)
                );
                assert_is_accessible(&answer.body, language);
            }
        }
    }
}

/// What can be told without a browser: language, landmarks, headings, labels, and references that lead somewhere.
#[track_caller]
fn assert_is_accessible(html: &str, language: &str) {
    let count = |text: &str| html.matches(text).count();
    assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{language}\">")), "{html}");
    for once in ["<h1>", "<main", "<header", "<title>", "rel=\"stylesheet\""] {
        assert_eq!(count(once), 1, "{once}: {html}");
    }
    for never in ["<script", "<style", " style=", " onclick=", "javascript:", "http:", "https:", "maxlength"] {
        assert_eq!(count(never), 0, "{never}: {html}");
    }
    let values = |before: &str| -> Vec<&str> {
        html.split(before).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    };
    let ids = values(" id=\"");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id twice: {ids:?}");
    for reference in ["aria-describedby=\"", "aria-labelledby=\"", " for=\"", "href=\"#"] {
        for id in values(reference).into_iter().flat_map(str::split_whitespace) {
            assert!(ids.contains(&id), "{reference}{id} leads nowhere: {html}");
        }
    }
    let labelled = values(" for=\"");
    for input in html.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let id = input.split("id=\"").nth(1).map(|rest| rest.split('"').next().unwrap());
        assert!(
            input.contains("type=\"hidden\"")
                || input.starts_with("hidden ")
                || id.is_some_and(|id| labelled.contains(&id)),
            "{input}"
        );
    }
}

#[tokio::test]
async fn who_is_signed_in_already_goes_where_they_wanted_to() {
    for world in World::on_each_store() {
        let visitor = Visitor::new(&world).await;
        for (query, target) in [
            ("", "/auth/account"),
            ("?return_to=%2Fnotes", "/notes"),
            ("?return_to=%2F%2Fevil.example", "/auth/account"),
        ] {
            for path in ["/auth/login", "/auth/register"] {
                let answer = world.send(visitor.with(Call::get(&format!("{path}{query}")))).await;
                assert_eq!(location(&answer), (302, page(target).as_str()));
            }
        }
        world.advance(DAY);
        let renewed = world.send(visitor.with(Call::get("/auth/login"))).await;
        assert_eq!(renewed.status, 302);
        assert_eq!(Visitor { cookie: renewed.cookie().unwrap(), ..visitor }.account(&world).await.status, 200);
    }
}

#[tokio::test]
async fn the_account_renews_a_cookie_as_a_check_does_and_tells_why_a_session_is_over() {
    for world in World::on_each_store() {
        let visitor = Visitor::new(&world).await;
        let tokens = visitor.tokens(&world).await;
        world.advance(3600);
        let stale = visitor.account(&world).await;
        assert!(stale.status == 200 && stale.cookie().is_some_and(|cookie| !cookie.is_empty()), "{stale}");
        world.advance(DAY);
        let renewed = visitor.account(&world).await;
        let visitor = Visitor { cookie: renewed.cookie().unwrap(), ..visitor };
        assert_eq!((renewed.status, session(&world, &tokens).await.generation), (200, 2));
        let other = visitor.again(&world).await;
        assert_eq!(other.act(&world, &[("action", "end-others")]).await.status, 303);
        let over = visitor.account(&world).await;
        let login = page("/auth/login?return_to=%2Fauth%2Faccount&cause=logout-all");
        assert_eq!((location(&over), over.cookie().as_deref()), ((302, login.as_str()), Some("")));
        let told = world.send(Call::get("/auth/login?return_to=%2Fauth%2Faccount&cause=logout-all")).await;
        assert!(
            told.body.contains("You have signed out on all devices.") && told.body.contains("value=\"/auth/account\"")
        );
        let nobody = world.send(Call::get("/auth/account")).await;
        assert_eq!(location(&nobody), (302, page("/auth/login?return_to=%2Fauth%2Faccount").as_str()));
        assert_eq!(nobody.cookie(), None);
    }
}

#[tokio::test]
async fn a_session_that_was_idle_for_too_long_is_told_by_the_login_page_itself() {
    for world in World::on_each_store() {
        let visitor = Visitor::new(&world).await;
        let tokens = visitor.tokens(&world).await;
        world.advance(14 * DAY);
        let login = world.send(visitor.with(Call::get("/auth/login"))).await;
        assert_eq!((login.status, login.cookie().as_deref()), (200, Some("")));
        assert!(login.body.contains("because you had not been here for a while"), "{login}");
        assert_eq!(cause(&world, &tokens).await, Some(EndCause::Idle));
    }
}

#[tokio::test]
async fn each_cause_is_told_in_words_and_anything_else_is_not() {
    let world = World::new(Store::memory(), Settings::default());
    let causes = [
        "logout",
        "logout-all",
        "revoked-by-admin",
        "password-changed",
        "reuse-detected",
        "idle",
        "absolute",
        "account-deleted",
    ];
    let mut told = std::collections::BTreeSet::new();
    for cause in causes {
        for language in ["en", "de"] {
            let answer =
                world.send(Call::get(&format!("/auth/login?cause={cause}")).header("accept-language", language)).await;
            told.insert(answer.body.split("role=\"status\">").nth(1).unwrap().split('<').next().unwrap().to_owned());
        }
    }
    assert_eq!(told.len(), 2 * causes.len());
    for nothing in ["", "?cause=", "?cause=hacked", "?cause=Logout"] {
        assert!(!world.send(Call::get(&format!("/auth/login{nothing}"))).await.body.contains("role="));
    }
}

#[tokio::test]
async fn sessions_are_ended_by_buttons_one_by_one_all_others_or_all() {
    for world in World::on_each_store() {
        let here = Visitor::new(&world).await;
        let (there, elsewhere, at_last) =
            (here.again(&world).await, here.again(&world).await, here.again(&world).await);
        let other = there.tokens(&world).await.session_id;
        let account = here.account(&world).await;
        assert_eq!(others(&account).len(), 3);
        let done = here.act(&world, &[("action", "end-session"), ("session", &other)]).await;
        assert_eq!(location(&done), (303, page("/auth/account?done=end-session").as_str()));
        assert_eq!(there.account(&world).await.status, 302);
        let account = world.send(here.with(Call::get("/auth/account?done=end-session"))).await;
        assert!(account.body.contains("The device is signed out.") && !others(&account).contains(&other));
        let own = elsewhere.tokens(&world).await.session_id;
        let left = elsewhere.act(&world, &[("action", "end-session"), ("session", &own)]).await;
        assert_eq!(
            (location(&left), left.cookie().as_deref()),
            ((303, page("/auth/login?cause=logout").as_str()), Some(""))
        );
        let done = here.act(&world, &[("action", "end-others")]).await;
        assert_eq!(location(&done), (303, page("/auth/account?done=end-others").as_str()));
        assert_eq!((at_last.account(&world).await.status, here.account(&world).await.status), (302, 200));
        assert!(!here.account(&world).await.body.contains("end-others"), "there are no others");
        let again = here.again(&world).await;
        let left = here.act(&world, &[("action", "end-all")]).await;
        assert_eq!(
            (location(&left), left.cookie().as_deref()),
            ((303, page("/auth/login?cause=logout-all").as_str()), Some(""))
        );
        assert_eq!((again.account(&world).await.status, here.account(&world).await.status), (302, 302));
    }
}

#[tokio::test]
async fn a_button_pressed_on_a_page_that_was_open_for_a_day_works() {
    for world in World::on_each_store() {
        let here = Visitor::new(&world).await;
        let there = here.again(&world).await;
        let tokens = here.tokens(&world).await;
        world.advance(DAY);
        let done = here.act(&world, &[("action", "end-others")]).await;
        assert_eq!((done.status, session(&world, &tokens).await.generation), (303, 2));
        assert_eq!(Visitor { cookie: done.cookie().unwrap(), ..here }.account(&world).await.status, 200);
        assert_eq!(there.account(&world).await.status, 302);
    }
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else_and_what_is_no_action_is_told() {
    for world in World::on_each_store() {
        let (ada, eve) = (Visitor::new(&world).await, Visitor::new(&world).await);
        let session_id = ada.tokens(&world).await.session_id;
        assert_eq!(eve.act(&world, &[("action", "end-session"), ("session", &session_id)]).await.status, 303);
        assert_eq!(ada.account(&world).await.status, 200);
        for (fields, status) in [
            (&[("action", "delete")][..], 400),
            (&[("action", "")], 400),
            (&[], 400),
            (&[("action", "end-all"), ("action", "end-all")], 400),
            (&[("action", "end-session")], 404),
            (&[("action", "end-session"), ("session", "x")], 404),
        ] {
            let answer = eve.act(&world, fields).await;
            assert_eq!(answer.status, status, "{fields:?}");
            assert!(answer.body.contains("<h1>Something went wrong</h1>"), "{answer}");
        }
        assert_eq!(eve.account(&world).await.status, 200);
        let signed_out = world.send(submit("/auth/account", &[("action", "end-all")])).await;
        assert_eq!(location(&signed_out), (303, page("/auth/login?return_to=%2Fauth%2Faccount").as_str()));
    }
}

#[tokio::test]
async fn many_sessions_are_shown_in_pages() {
    for world in World::on_each_store() {
        let here = Visitor::new(&world).await;
        for _ in 0..60 {
            world.login(&here.person).await;
            world.advance(901);
        }
        let first = here.account(&world).await;
        let link = first.body.split("href=\"/auth/account?after=").nth(1).unwrap().split('"').next().unwrap();
        let second = world.send(here.with(Call::get(&format!("/auth/account?after={link}")))).await;
        let mut all = [others(&first), others(&second)].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 60);
        assert!(!second.body.contains("?after="));
    }
}

#[tokio::test]
async fn a_page_holds_no_secret_and_no_id_that_it_does_not_need() {
    for world in World::on_each_store() {
        let here = Visitor::new(&world).await;
        let other = here.again(&world).await.tokens(&world).await;
        let own = here.tokens(&world).await;
        let account = here.account(&world).await;
        let (jwt, sealed) = here.cookie.split_once('~').unwrap();
        for secret in [jwt, sealed, &here.person.password, &own.session_id, &own.user_id, "lkc_", "eyJ"] {
            assert!(!account.body.contains(secret), "{secret}");
        }
        assert_eq!(others(&account), [other.session_id]);
    }
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_ever_under_its_own_name_only() {
    let world = World::new(Store::memory(), Settings::default());
    let login = world.send(Call::get("/auth/login")).await;
    let path = login.body.split("href=\"/auth/pages/").nth(1).unwrap().split('"').next().unwrap();
    let sheet = world.send(Call::get(&format!("/auth/pages/{path}"))).await;
    assert_eq!((sheet.status, &*sheet.headers["content-type"]), (200, "text/css; charset=utf-8"));
    assert_eq!(sheet.headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(sheet.body.contains("prefers-color-scheme: dark") && sheet.body.contains("prefers-reduced-motion"));
    let another = world.send(Call::get("/auth/pages/another.css")).await;
    assert_eq!((another.status, &*another.headers["cache-control"], another.body), (200, "no-store", sheet.body));
    assert_eq!(world.send(Call::get("/auth/pages/another.js")).await.status, 404);
}

#[tokio::test]
async fn without_a_public_origin_there_are_no_pages_and_no_forms() {
    let settings = Settings { public_origin: None, ..Settings::default() };
    for world in World::on_each_store_with(settings) {
        for path in ["/auth/login", "/auth/register", "/auth/account", "/auth/pages/x.css"] {
            assert_eq!(world.send(Call::get(path)).await.status, 404, "{path}");
        }
        let (person, _) = world.registered().await;
        for path in ["/auth/login", "/auth/register"] {
            let fields = [("email", person.email.as_str()), ("password", &person.password)];
            let answer = world.send(submit(path, &fields)).await;
            assert_eq!((answer.status, answer.problem()), (415, "unsupported-media-type".to_owned()));
        }
        assert_eq!(world.send(submit("/auth/account", &[("action", "end-all")])).await.status, 404);
    }
}

#[tokio::test]
async fn a_page_of_the_deployments_name_speaks_the_readers_language() {
    let settings = Settings { page_name: "Müller & Co", ..Settings::default() };
    let world = World::new(Store::memory(), settings);
    for (header, text) in
        [("de-CH, en;q=0.5", "Willkommen zurück bei Müller &#38; Co."), ("fr", "Welcome back to Müller &#38; Co.")]
    {
        let login = world.send(Call::get("/auth/login").header("accept-language", header)).await;
        assert!(login.body.contains(text) && login.body.contains("aria-hidden=\"true\">M</span>"), "{login}");
    }
    assert_eq!(world.now(), Timestamp::from_seconds(4_000_000_000));
}

fn change<'a>(current: &'a str, new: &'a str) -> [(&'static str, &'a str); 3] {
    [("action", "change-password"), ("current_password", current), ("new_password", new)]
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_every_other_device_is_signed_out() {
    for world in World::on_each_store() {
        let here = Visitor::new(&world).await;
        let there = here.again(&world).await;
        let changed = here.act(&world, &change(&here.person.password, NEW_PASSWORD)).await;
        assert_eq!(location(&changed), (303, page("/auth/account?done=change-password").as_str()));
        assert!(changed.body.is_empty(), "{changed}");
        let anew = Visitor { cookie: changed.cookie().unwrap(), person: here.person.with_password(NEW_PASSWORD) };
        let account = world.send(anew.with(Call::get("/auth/account?done=change-password"))).await;
        assert!(account.status == 200 && account.body.contains("The password is changed."), "{account}");
        let login = page("/auth/login?return_to=%2Fauth%2Faccount&cause=password-changed");
        for over in [&here, &there] {
            assert_eq!(location(&over.account(&world).await), (302, login.as_str()));
        }
        assert_eq!(anew.again(&world).await.account(&world).await.status, 200);
        assert_eq!(world.send(sign_in(&here.person, &[])).await.status, 401);
    }
}

#[tokio::test]
async fn why_a_password_is_not_changed_is_told_beside_its_field_and_the_session_goes_on() {
    let limits = AttemptLimits { per_account: 3, ..AttemptLimits::default() };
    for world in World::on_each_store_with(Settings { limits, ..Settings::default() }) {
        let here = Visitor::new(&world).await;
        let right = here.person.password.clone();
        let long = "x".repeat(257);
        for (current, new, status, field, text) in [
            (right.as_str(), "fourteen chars", 422, "new_password", "at least 15 characters"),
            (&right, &right, 422, "new_password", "that is not the current one"),
            (&right, "passwordpassword", 422, "new_password", "easy to guess"),
            (&long, NEW_PASSWORD, 422, "current_password", "at most 256 characters"),
            ("", "", 422, "new_password", "that is not the current one"),
            ("seven green bicycles", NEW_PASSWORD, 401, "current_password", "The current password is wrong."),
            ("seven green bicycles", NEW_PASSWORD, 401, "current_password", "The current password is wrong."),
            ("seven green bicycles", NEW_PASSWORD, 401, "current_password", "The current password is wrong."),
            (&right, NEW_PASSWORD, 429, "", "Too many attempts."),
        ] {
            let answer = here.act(&world, &change(current, new)).await;
            assert_eq!(answer.status, status, "{current} {new}: {answer}");
            let alert = answer.body.split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
            assert!(alert.contains(text), "{alert}");
            assert!(field.is_empty() || alert.contains(&format!("<a href=\"#{field}\">")), "{alert}");
            for password in [current, new].into_iter().filter(|password| !password.is_empty()) {
                assert!(!answer.body.contains(password), "echoes a password");
            }
            assert_is_accessible(&answer.body, "en");
        }
        assert_eq!(here.account(&world).await.status, 200);
    }
}
