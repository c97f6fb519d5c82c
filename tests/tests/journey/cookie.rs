//! Signing in, being let through and signing out with a cookie.

use latchkey::{
    domain::{EndCause, Lifetimes, Session, Timestamp},
    tokens::Algorithm,
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::{Answer, Call},
    forge::decode,
    parallel::in_parallel,
    rings::Rings,
    store::Store,
    world::{ORIGIN, Settings, World},
};
use serde_json::{Value, json};

use crate::{
    password::change,
    refresh::{cause, session},
    straddling::NEW_PASSWORD,
};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// A browser: what it was last told to keep.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) tokens: Tokens,
}

/// As [`Api::login_for_cookie`] sends it.
fn sign_in(person: &Person) -> Call {
    let mut body = person.credentials();
    body["transport"] = json!("cookie");
    Call::post("/auth/login", &body).same_origin(ORIGIN)
}

impl Browser {
    pub(crate) async fn signed_in(world: &World) -> Self {
        let (person, _) = world.registered().await;
        Self::of(world.send(sign_in(&person)).await)
    }

    pub(crate) fn of(answer: Answer) -> Self {
        let cookie = answer.cookie().unwrap();
        Self { cookie, tokens: Tokens::from(answer) }
    }

    pub(crate) fn with(&self, call: Call) -> Call {
        call.cookie(&format!("__Host-latchkey={}", self.cookie))
    }

    /// Asks whether it may pass, and keeps what it is told to.
    pub(crate) async fn check(&mut self, world: &World) -> Answer {
        let answer = world.send(self.with(Call::get("/auth/check"))).await;
        self.cookie = answer.cookie().unwrap_or_else(|| self.cookie.clone());
        answer
    }

    fn claims(&self) -> Value {
        serde_json::from_slice(&decode(self.cookie.split('.').nth(1).unwrap())).unwrap()
    }

    /// One of the times in the JWT.
    fn time(&self, claim: &str) -> Timestamp {
        Timestamp::from_seconds(self.claims()[claim].as_u64().unwrap())
    }

    async fn session(&self, world: &World) -> Session {
        session(world, &self.tokens).await
    }
}

#[tokio::test]
async fn a_browser_signs_in_for_a_cookie_and_no_token() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let answer = world.send(sign_in(&person)).await;
        assert_answer!(answer, @r#"
        200
        cache-control: no-store
        content-type: application/json
        set-cookie: __Host-latchkey=[cookie]; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1209600
        x-content-type-options: nosniff

        {
          "session": {
            "created_at": "2096-10-02T07:06:40Z",
            "expires_at": "2096-10-16T07:06:40Z",
            "id": "[id]"
          },
          "user": {
            "created_at": "2096-10-02T07:06:40Z",
            "email": "[email]",
            "id": "[id]",
            "roles": [],
            "scopes": []
          }
        }
        "#);
        let again = Browser::of(world.send(Browser::of(answer.clone()).with(sign_in(&person))).await);
        assert_ne!(again.tokens.session_id, Tokens::from(answer).session_id, "a new session at every sign-in");
    }
}

#[tokio::test]
async fn who_is_let_through_is_told_in_headers() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let answer = browser.check(&world).await;
        assert_eq!((answer.status, answer.body.as_str(), answer.cookie()), (204, "", None));
        assert_eq!(answer.headers["x-auth-sub"], browser.tokens.user_id);
        assert_eq!(answer.headers["x-auth-sid"], browser.tokens.session_id);
        assert_eq!(answer.headers["x-auth-amr"], "pwd");
        assert_eq!(answer.headers["x-auth-auth-time"], world.now().seconds().to_string());
        assert_eq!(answer.headers["cache-control"], "no-store");
        let (_, tokens) = world.registered().await;
        let answer = world.send(browser.with(Call::get("/auth/check")).bearer(&tokens.access)).await;
        assert_eq!((answer.status, &answer.headers["x-auth-sub"]), (204, &tokens.user_id), "a token comes first");
    }
}

#[tokio::test]
async fn a_cookie_counts_once_where_a_gateway_leaves_it_in_the_headers_as_well() {
    for world in World::on_each_store() {
        let browser = Browser::signed_in(&world).await;
        let cookie = format!("__Host-latchkey={}", browser.cookie);
        let in_headers = Call::get("/auth/check").header("cookie", &cookie);
        assert_eq!(world.send(in_headers.clone()).await.status, 204);
        assert_eq!(world.send(in_headers.cookie(&cookie)).await.status, 204);
    }
}

#[tokio::test]
async fn without_a_cookie_or_with_garbage_nobody_passes_and_the_cookie_is_removed() {
    for world in World::on_each_store() {
        assert_answer!(world.send(Call::get("/auth/check")).await, @r#"
        401
        cache-control: no-store
        content-type: application/problem+json
        www-authenticate: Bearer error="invalid_token"
        x-content-type-options: nosniff

        {
          "status": 401,
          "title": "The token is missing, expired or not valid.",
          "type": "urn:latchkey:problem:invalid-token"
        }
        "#);
        let browser = Browser::signed_in(&world).await;
        let other = Browser::signed_in(&world).await;
        let (jwt, sealed) = browser.cookie.split_once('~').unwrap();
        let (_, other_sealed) = other.cookie.split_once('~').unwrap();
        let (_, tokens) = world.registered().await;
        let garbage = [
            String::new(),
            "x".to_owned(),
            jwt.to_owned(),
            sealed.to_owned(),
            format!("{jwt}~"),
            format!("~{sealed}"),
            format!("{jwt}~{sealed}~"),
            format!("{jwt}~{other_sealed}"),
            format!("{jwt}~{}", tokens.refresh),
            format!("{}~{sealed}", tokens.access),
            format!("{}~{}", tokens.access, tokens.refresh),
            tokens.access.clone(),
            format!("\"{}\"", browser.cookie),
        ];
        for cookie in garbage {
            let answer = Browser { cookie: cookie.clone(), ..browser.clone() }.check(&world).await;
            assert_eq!((answer.status, answer.cookie().as_deref()), (401, Some("")), "{cookie}");
        }
        let call = browser.with(browser.with(Call::get("/auth/check")));
        let answer = world.send(call).await;
        assert_eq!((answer.status, answer.cookie().as_deref()), (401, Some("")), "two cookies");
        let call = browser.with(Call::get("/auth/check")).cookie("\u{2000}__Host-latchkey=x");
        let answer = world.send(call).await;
        assert_eq!((answer.status, answer.cookie().as_deref()), (401, Some("")), "an impostor");
        for other in ["theme=d\u{e4}mmrig", "theme=\u{1b}[31m", "theme=\r\n", "\0"] {
            let strange = browser.with(Call::get("/auth/check")).cookie(other);
            assert_eq!(world.send(strange).await.status, 204, "{other:?}: what others keep there does not matter");
        }
        assert_eq!(browser.session(&world).await.ended, None);
    }
}

#[tokio::test]
async fn a4_the_halves_of_a_cookie_are_no_tokens() {
    // As short as an access token, so that it is type and audience that tell them apart.
    let lifetimes = Lifetimes { cookie: 600, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let browser = Browser::signed_in(&world).await;
        let (jwt, sealed) = browser.cookie.split_once('~').unwrap();
        for token in [jwt, sealed, &browser.cookie, &sealed.replace("lkc_", "lkr_"), &sealed.replace("lkc_", "lks_")] {
            assert_eq!(world.refresh(token).await.status, 401);
            assert_eq!(world.me(token).await.status, 401);
            assert!(world.authorize(token).is_none() && world.authorize_session(token).await.is_none());
        }
        assert_eq!(browser.session(&world).await.ended, None);
    }
}

#[tokio::test]
async fn a_stale_cookie_is_replaced_and_remembers_when_the_table_was_asked() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let signed_in_at = world.now();
        world.advance(HOUR - 1);
        assert_eq!(browser.check(&world).await.cookie(), None, "fresh until the last second");
        world.advance(1);
        let answer = browser.check(&world).await;
        assert_eq!(answer.status, 204);
        assert!(
            answer.headers["set-cookie"].ends_with("; Max-Age=1206000"),
            "an hour less of the session's idle limit"
        );
        assert_eq!(browser.time("checked_at"), signed_in_at);
        assert_eq!(
            (browser.time("exp"), browser.time("fresh_until")),
            (world.now().plus(8 * HOUR), world.now().plus(HOUR))
        );
        for _ in 0..22 {
            world.advance(HOUR);
            assert_eq!(browser.check(&world).await.status, 204);
            assert_eq!(browser.time("exp"), world.now().plus(8 * HOUR).min(signed_in_at.plus(DAY)));
        }
        assert_eq!((browser.time("checked_at"), browser.session(&world).await.generation), (signed_in_at, 1));
        world.advance(HOUR);
        let answer = browser.check(&world).await;
        assert_eq!((answer.status, browser.time("checked_at")), (204, world.now()), "after a day the table is asked");
        assert_eq!(browser.session(&world).await.generation, 2);
    }
}

#[tokio::test]
async fn a_cookie_nobody_used_for_hours_is_renewed_by_the_table_while_the_session_lives() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        world.advance(14 * DAY - 1);
        assert_eq!(browser.check(&world).await.status, 204);
        assert_eq!(browser.session(&world).await.idle_expires_at, world.now().plus(14 * DAY));
        world.advance(14 * DAY);
        let answer = browser.check(&world).await;
        assert_eq!(
            (answer.status, answer.text("/cause"), answer.cookie().as_deref()),
            (401, "idle".to_owned(), Some(""))
        );
        assert_eq!(cause(&world, &browser.tokens).await, Some(EndCause::Idle));
    }
}

#[tokio::test]
async fn b7_a_cookie_that_is_used_for_ever_ends_with_its_session() {
    let lifetimes = Lifetimes { cookie_unchecked: 23 * HOUR, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let mut browser = Browser::signed_in(&world).await;
        let limit = browser.session(&world).await.absolute_expires_at;
        while world.now().plus(6 * HOUR) < limit {
            world.advance(6 * HOUR);
            assert_eq!(browser.check(&world).await.status, 204);
            assert!(browser.time("exp") <= limit && browser.time("session_exp") == limit);
        }
        world.set_clock(limit.minus(1));
        assert_eq!(browser.check(&world).await.status, 204);
        world.set_clock(limit);
        let answer = browser.check(&world).await;
        assert_eq!((answer.status, answer.text("/cause")), (401, "absolute".to_owned()));
    }
}

#[tokio::test]
async fn b1_tabs_that_renew_an_expired_cookie_at_once_all_pass_by_one_rotation() {
    for world in World::on_each_store() {
        let browser = Browser::signed_in(&world).await;
        world.advance(DAY);
        let world = &world;
        let tabs = (0..50).map(|_| browser.clone()).map(|mut tab| async move { tab.check(world).await });
        let answers = in_parallel(tabs).await;
        assert!(answers.iter().all(|answer| answer.status == 204), "{answers:?}");
        assert_eq!(browser.session(world).await.generation, 2);
        for answer in answers {
            let mut tab = Browser { cookie: answer.cookie().unwrap(), ..browser.clone() };
            assert_eq!(tab.check(world).await.status, 204);
        }
    }
}

#[tokio::test]
async fn b2_a_copied_cookie_that_comes_after_the_grace_ends_the_session() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let mut copy = browser.clone();
        world.advance(DAY);
        assert_eq!(browser.check(&world).await.status, 204);
        world.advance(31);
        let answer = copy.check(&world).await;
        assert_eq!((answer.status, answer.text("/cause")), (401, "reuse-detected".to_owned()));
        assert_eq!(cause(&world, &browser.tokens).await, Some(EndCause::ReuseDetected));
        world.advance(DAY);
        assert_eq!(browser.check(&world).await.text("/cause"), "reuse-detected");
    }
}

#[tokio::test]
async fn g1_a_copied_cookie_is_dead_a_day_after_whatever_ended_its_session() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        for (call, status) in [
            (Call::new("POST", "/auth/logout"), 204),
            (Call::delete("/auth/sessions"), 204),
            (change(&person, NEW_PASSWORD), 200),
            (Call::delete("/auth/me"), 204),
        ] {
            let mut browser = Browser::signed_in(&world).await;
            if status == 200 {
                browser = Browser::of(world.login_for_cookie(&person).await);
            }
            let mut copy = browser.clone();
            assert_eq!(world.send(browser.with(call).same_origin(ORIGIN)).await.status, status);
            let mut passed = 0;
            for _ in 0..48 {
                world.advance(HOUR / 2);
                passed += u64::from(copy.check(&world).await.status == 204);
            }
            assert_eq!(passed, 47, "used all the time, it passes until the table is asked");
            assert_eq!(copy.check(&world).await.status, 401);
        }
    }
}

#[tokio::test]
async fn g1_who_has_a_cookie_looked_up_hears_at_once_that_its_session_is_over() {
    for world in World::on_each_store() {
        let browser = Browser::signed_in(&world).await;
        let check = |query: &str| world.send(browser.with(Call::get(&format!("/auth/check{query}"))));
        let answer = check("?look_up=1").await;
        assert!(answer.status == 204 && answer.cookie().is_some(), "the table was asked, and the cookie says when");
        world.send(browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN)).await;
        assert_eq!(check("").await.status, 204, "the JWT is good");
        assert_eq!(check("?look_up=0").await.status, 204);
        let answer = check("?look_up=1&return_to=%2F").await;
        assert_eq!((answer.status, answer.text("/cause")), (401, "logout".to_owned()));
    }
}

#[tokio::test]
async fn g1_where_revocation_is_bounded_a_copied_cookie_is_dead_within_seconds() {
    for world in World::on_each_store_with(Settings { ask_after: Some(5), ..Settings::default() }) {
        let browser = Browser::signed_in(&world).await;
        let mut copy = browser.clone();
        world.advance(5);
        let answer = copy.check(&world).await;
        assert_eq!((answer.status, copy.time("checked_at")), (204, world.now()), "asked, and remembered");
        world.send(browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN)).await;
        world.advance(4);
        assert_eq!(copy.check(&world).await.status, 204);
        world.advance(1);
        let forwarded = world.send(copy.with(Call::get("/auth/check?forward=1"))).await;
        assert_eq!((forwarded.status, forwarded.cookie()), (401, None));
        let answer = copy.check(&world).await;
        assert_eq!(
            (answer.status, answer.text("/cause"), answer.cookie().as_deref()),
            (401, "logout".to_owned(), Some(""))
        );
    }
}

#[tokio::test]
async fn a_proxy_that_can_hand_on_no_cookie_is_told_yes_or_no() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let forwarded = browser.with(Call::get("/auth/check?forward=1")).header("accept", "text/html");
        for _ in 0..8 {
            let answer = world.send(forwarded.clone()).await;
            assert_eq!((answer.status, answer.cookie()), (204, None));
            assert_eq!(answer.headers["x-auth-sub"], browser.tokens.user_id);
            world.advance(HOUR);
        }
        let answer = world.send(forwarded).await;
        assert_eq!((answer.status, answer.cookie()), (401, None), "no page, and what could be renewed is not removed");
        assert_eq!(browser.session(&world).await.generation, 1);
        assert_eq!(browser.check(&world).await.status, 204);
    }
}

#[tokio::test]
async fn a_page_that_is_wanted_becomes_the_login_page_which_remembers_it() {
    for world in World::on_each_store() {
        let page = |query: &str| Call::get(&format!("/auth/check{query}")).header("accept", "text/html,*/*;q=0.8");
        let login = "https://app.example.com/auth/login";
        let location = |answer: Answer| (answer.status, answer.headers["location"].clone());
        assert_eq!(location(world.send(page("")).await), (302, login.to_owned()));
        let remembered = location(world.send(page("?return_to=%2Fnotes%3Fa%3Db")).await);
        assert_eq!(remembered, (302, format!("{login}?return_to=%2Fnotes%3Fa%3Db")));
        for elsewhere in ["https://evil.example", "//evil.example", "/%5Cevil.example", "%09//evil.example"] {
            let answer = world.send(page(&format!("?return_to={elsewhere}"))).await;
            assert_eq!(location(answer), (302, login.to_owned()), "{elsewhere}");
        }
        let browser = Browser::signed_in(&world).await;
        world.send(browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN)).await;
        world.advance(DAY);
        let answer = world.send(browser.with(page("?return_to=/"))).await;
        assert_eq!(answer.cookie().as_deref(), Some(""));
        assert_eq!(location(answer), (302, format!("{login}?return_to=%2F&cause=logout")));
    }
}

#[tokio::test]
async fn a_key_that_rotates_away_signs_nobody_out() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let rings = Rings { sign: Rings::generate(Algorithm::ES256).sign, ..world.settings.rings.clone() };
        let rotated = World::new(world.store.clone(), Settings { rings, ..world.settings.clone() });
        let answer = browser.check(&rotated).await;
        assert_eq!((answer.status, browser.session(&world).await.generation), (204, 2), "the table vouches for it");
        assert_eq!(browser.check(&rotated).await.cookie(), None);
    }
}

#[tokio::test]
async fn our_own_routes_take_the_cookie_and_look_its_session_up() {
    for world in World::on_each_store() {
        let browser = Browser::signed_in(&world).await;
        let me = world.send(browser.with(Call::get("/auth/me"))).await;
        assert_eq!((me.status, me.text("/id")), (200, browser.tokens.user_id.clone()));
        let list = world.send(browser.with(Call::get("/auth/sessions"))).await.json();
        let current: Vec<_> =
            list["sessions"].as_array().unwrap().iter().filter(|session| session["current"] == true).collect();
        assert_eq!((current.len(), &current[0]["id"]), (1, &json!(browser.tokens.session_id)));
        let rename = Call::patch("/auth/me", &json!({ "name": "Ada" }));
        assert_eq!(world.send(browser.with(rename.clone()).same_origin(ORIGIN)).await.status, 200);
        world.send(browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN)).await;
        for call in [Call::get("/auth/me"), Call::get("/auth/sessions"), rename] {
            let answer = world.send(browser.with(call).same_origin(ORIGIN)).await;
            assert_eq!((answer.status, answer.text("/cause")), (401, "logout".to_owned()));
        }
    }
}

#[tokio::test]
async fn signing_out_removes_the_cookie_also_of_a_session_that_is_old() {
    for world in World::on_each_store() {
        let browser = Browser::signed_in(&world).await;
        world.advance(DAY);
        let logout = browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN);
        assert_answer!(world.send(logout).await, @r"
        204
        cache-control: no-store
        set-cookie: __Host-latchkey=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0
        x-content-type-options: nosniff
        ");
        assert_eq!(cause(&world, &browser.tokens).await, Some(EndCause::Logout));
        let form = Call::new("POST", "/auth/logout").text("application/x-www-form-urlencoded", "").same_origin(ORIGIN);
        let answer = world.send(browser.with(form)).await;
        assert_eq!((answer.status, answer.cookie().as_deref()), (303, Some("")));
        assert_eq!(answer.headers["location"], "https://app.example.com/auth/login?cause=logout");
    }
}

#[tokio::test]
async fn e1_no_other_site_changes_anything_with_a_cookie_or_gets_one() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let browser = Browser::of(world.send(sign_in(&person)).await);
        let mut credentials = person.credentials();
        credentials["transport"] = json!("cookie");
        let calls = [
            browser.with(Call::new("POST", "/auth/logout")),
            browser.with(Call::delete("/auth/sessions")),
            browser.with(Call::delete(&format!("/auth/sessions/{}", browser.tokens.session_id))),
            browser.with(Call::patch("/auth/me", &json!({ "name": "Eve" }))),
            browser.with(Call::delete("/auth/me")),
            browser.with(change(&person, NEW_PASSWORD)),
            browser.with(Call::post("/auth/login", &person.credentials())),
            browser.with(Call::post("/auth/register", &Person::new().credentials())),
            browser.with(Call::post("/auth/refresh", &json!({}))),
            browser.with(Call::new("POST", "/auth/logout").text("text/plain", "{}")),
            Call::new("POST", "/auth/logout").cookie("\u{2000}__Host-latchkey=x"),
            Call::post("/auth/login", &credentials),
            Call::post("/auth/register", &credentials),
        ];
        let strangers = [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://app.example.com.evil.example")],
            &[("origin", "http://app.example.com")],
            &[("origin", "https://app.example.com/")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "")],
            &[("sec-fetch-site", "same-origin, same-origin")],
            &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)],
            &[("sec-fetch-site", "same-site"), ("origin", ORIGIN)],
        ];
        for call in calls {
            for headers in strangers {
                let call = headers.iter().fold(call.clone(), |call, (name, value)| call.header(name, value));
                let answer = world.send(call.clone()).await;
                assert_eq!((answer.status, answer.problem()), (403, "cross-site-request".to_owned()), "{call:?}");
                assert_eq!(answer.cookie(), None);
            }
        }
        assert_eq!(browser.session(&world).await.ended, None);
        let older = browser.with(Call::new("POST", "/auth/logout")).header("origin", ORIGIN);
        assert_eq!(world.send(older).await.status, 204, "a browser that only says its origin");
    }
}

#[tokio::test]
async fn lifetimes_of_a_cookie_are_those_that_are_configured() {
    let lifetimes =
        Lifetimes { cookie_fresh: 2, cookie: 5, cookie_unchecked: 9, session_idle: 40, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let mut browser = Browser::signed_in(&world).await;
        let start = world.now();
        for (seconds, expires, generation) in [(1, 5, 1), (2, 7, 1), (4, 9, 1), (8, 9, 1), (9, 14, 2)] {
            world.set_clock(start.plus(seconds));
            assert_eq!(browser.check(&world).await.status, 204, "{seconds}");
            assert_eq!(browser.time("exp").since(start), expires, "{seconds}");
            assert_eq!(browser.session(&world).await.generation, generation, "{seconds}");
        }
    }
    let lifetimes = Lifetimes { session_idle: 1000, ..Lifetimes::default() };
    let world = World::new(Store::memory(), Settings { lifetimes, ..Settings::default() });
    let browser = Browser::signed_in(&world).await;
    assert_eq!(browser.time("exp"), world.now().plus(500), "the table is asked twice in an idle limit at least");
}

#[tokio::test]
async fn where_revocation_is_bounded_who_is_there_all_the_time_stays_and_a_copy_left_behind_ends_the_session() {
    let lifetimes = Lifetimes { session_idle: DAY, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { ask_after: Some(5), lifetimes, ..Settings::default() }) {
        let mut browser = Browser::signed_in(&world).await;
        let mut copy = browser.clone();
        for _ in 0..72 {
            world.advance(HOUR);
            assert_eq!(browser.check(&world).await.status, 204);
        }
        assert!(browser.session(&world).await.generation > 1, "a day without use would have ended it");
        assert_eq!(copy.check(&world).await.text("/cause"), "reuse-detected");
    }
}

#[tokio::test]
async fn where_revocation_is_bounded_a_token_and_roles_are_looked_up_as_well() {
    for world in World::on_each_store_with(Settings { ask_after: Some(5), ..Settings::default() }) {
        let mut browser = Browser::signed_in(&world).await;
        let set = json!({ "action": "set-roles", "user_id": browser.tokens.user_id, "roles": ["editor"],
            "actor": "ada", "reason": "a test" });
        world.invoke_admin(&set.to_string()).await;
        world.advance(5);
        let forwarded = world.send(browser.with(Call::get("/auth/check?forward=1"))).await;
        assert_eq!(forwarded.headers["x-auth-roles"], "editor");
        assert_eq!(browser.check(&world).await.headers["x-auth-roles"], "editor");
        let (_, tokens) = world.registered().await;
        world.logout(&tokens.refresh).await;
        for path in ["/auth/check", "/auth/check?forward=1"] {
            let answer = world.send(Call::get(path).bearer(&tokens.access)).await;
            assert_eq!((answer.status, answer.text("/cause")), (401, "logout".to_owned()));
        }
    }
}

#[tokio::test]
async fn what_a_retired_key_signed_passes_and_is_not_repeated_by_the_active_one() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let parse = |ring: &str| serde_json::from_str::<Value>(ring).unwrap();
        let (mut ring, mut retired) =
            (parse(&Rings::generate(Algorithm::ES256).sign), parse(&world.settings.rings.sign));
        retired["keys"][0]["state"] = json!("retired");
        ring["keys"].as_array_mut().unwrap().push(retired["keys"][0].take());
        let rings = Rings { sign: ring.to_string(), ..world.settings.rings.clone() };
        let rotated = World::new(world.store.clone(), Settings { rings, ..world.settings.clone() });
        assert_eq!(browser.check(&rotated).await.cookie(), None, "fresh");
        rotated.advance(HOUR);
        assert_eq!(browser.check(&rotated).await.status, 204);
        assert_eq!((browser.time("checked_at"), browser.session(&world).await.generation), (rotated.now(), 1), "asked");
    }
}

#[tokio::test]
async fn lifetimes_that_were_shortened_hold_for_cookies_there_are() {
    for world in World::on_each_store() {
        let mut browser = Browser::signed_in(&world).await;
        let lifetimes = Lifetimes { session_idle: HOUR, ..Lifetimes::default() };
        let shorter = World::new(world.store.clone(), Settings { lifetimes, ..world.settings.clone() });
        shorter.advance(HOUR / 2);
        assert_eq!(shorter.send(browser.with(Call::get("/auth/check?forward=1"))).await.status, 401);
        let answer = browser.check(&shorter).await;
        assert_eq!((answer.status, browser.time("checked_at")), (204, shorter.now()), "fresh by what it says");
        assert!(answer.headers["set-cookie"].ends_with("; Max-Age=3600"));
        assert_eq!(answer.headers["x-auth-exp"], browser.time("exp").seconds().to_string());
    }
}

#[tokio::test]
async fn a_cookie_that_somebody_put_beside_ours_keeps_nobody_from_signing_out() {
    for world in World::on_each_store() {
        for other in ["__Host-latchkey=x", "\u{2000}__Host-latchkey=x", "$Version=1"] {
            let browser = Browser::signed_in(&world).await;
            let call = Call::new("POST", "/auth/logout").cookie(other);
            let answer = world.send(browser.with(call).same_origin(ORIGIN)).await;
            assert_eq!((answer.status, answer.cookie().as_deref()), (204, Some("")), "{other}");
            assert_eq!(cause(&world, &browser.tokens).await, Some(EndCause::Logout), "{other}");
        }
        let browser = Browser::signed_in(&world).await;
        let forwarded = Call::get("/auth/check?forward=1").cookie("__Host-latchkey=x");
        let answer = world.send(browser.with(forwarded)).await;
        assert_eq!((answer.status, answer.cookie()), (401, None));
        let (_, tokens) = world.registered().await;
        let beside = Call::get("/auth/me").bearer(&tokens.access).cookie("__Host-latchkey=x");
        assert_eq!(world.send(browser.with(beside)).await.status, 200, "a token makes cookies ignored");
        let check = Call::get("/auth/check").bearer("x").cookie("__Host-latchkey=x");
        assert_eq!(world.send(check).await.cookie(), None, "and a bad one too");
    }
}

#[tokio::test]
async fn whatever_ends_the_browsers_own_session_removes_its_cookie_and_nothing_else_does() {
    for world in World::on_each_store() {
        let delete = |path: &str| Call::delete(path).same_origin(ORIGIN);
        let browser = Browser::signed_in(&world).await;
        let own = format!("/auth/sessions/{}", browser.tokens.session_id);
        for (path, cookie) in [("/auth/sessions?keep=current", None), (own.as_str(), Some(""))] {
            assert_eq!(world.send(browser.with(delete(path))).await.cookie().as_deref(), cookie, "{path}");
        }
        for path in ["/auth/sessions", "/auth/me"] {
            let browser = Browser::signed_in(&world).await;
            assert_eq!(world.send(browser.with(delete(path))).await.cookie().as_deref(), Some(""), "{path}");
        }
    }
}

#[tokio::test]
async fn without_an_origin_of_pages_there_are_no_cookies() {
    for world in World::on_each_store_with(Settings { public_origin: None, ..Settings::default() }) {
        let (person, _) = world.registered().await;
        let refused = world.send(sign_in(&person)).await;
        assert_eq!((refused.status, refused.text("/errors/0/pointer")), (422, "/transport".to_owned()));
        let elsewhere = World::new(world.store.clone(), Settings::default());
        let browser = Browser::of(elsewhere.send(sign_in(&person)).await);
        for call in [Call::get("/auth/check").header("accept", "text/html"), Call::get("/auth/me")] {
            let answer = world.send(browser.with(call)).await;
            assert_eq!((answer.status, answer.cookie()), (401, None));
        }
        let login = browser.with(Call::post("/auth/login", &person.credentials()));
        assert_eq!(world.send(login).await.status, 200, "what is not read need not come from anywhere");
    }
}
