//! What attackers write into pages, links and forms: it is shown as text, and leads nowhere.

use latchkey_tests::{
    api::{Api, Person},
    exchange::{Answer, Call},
    store::Store,
    world::{ORIGIN, Settings, World},
};

use crate::pages::{Visitor, sign_in, submit};

/// Texts that would be more than text, were they not escaped.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus='alert(1)",
    "\" onfocus=\"alert(1)\" autofocus=\"",
    "</title><script>alert(1)</script>",
    "<!--",
    "&lt;script&gt;",
    "{{ frame.name }}{% raw %}",
    "\u{202e}javascript:alert(1)",
];

/// Targets that are not ours, whatever they look like.
const ELSEWHERE: [&str; 12] = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/.//evil.example",
    "https:///evil.example",
    "https://app.example.com@evil.example/",
    "https://app.example.com.evil.example/",
    "http://app.example.com/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
];

/// Every tag of a page with its attributes' names, without values and text: what a browser takes for markup.
fn markup(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (mut tag, mut quoted, mut end) = (String::new(), false, rest.len());
        for (index, c) in rest[start..].char_indices() {
            quoted ^= c == '"';
            if c == '>' && !quoted {
                end = start + index + 1;
                break;
            }
            if !quoted {
                tag.push(c);
            }
        }
        tags.push(tag);
        rest = &rest[end..];
    }
    tags
}

/// Asserts that a page is the same markup as the one that was asked for with a harmless text.
#[track_caller]
fn assert_same_markup(harmless: &Answer, hostile: &Answer, text: &str) {
    assert_eq!(harmless.status, hostile.status, "{text}");
    assert_eq!(markup(&harmless.body), markup(&hostile.body), "{text}");
    assert!(!hostile.body.contains("<script"), "{text}: {hostile}");
}

#[test]
fn markup_is_told_from_text() {
    assert_eq!(markup("<a href=\"x>y\">t</a><b"), ["<a href=\"\"", "</a", "<b"].map(|tag| tag.replace("\"\"", "\"")));
    assert_ne!(markup("<i></i>"), markup("<i><b></i>"));
}

#[tokio::test]
async fn e1_whatever_is_typed_comes_back_as_text() {
    for world in World::on_each_store() {
        for path in ["/auth/login", "/auth/register"] {
            let call = |text: &str| {
                submit(path, &[("email", text), ("name", text), ("password", "short"), ("return_to", "/x")])
            };
            let harmless = world.send(call("Ada")).await;
            for text in HOSTILE {
                let answer = world.send(call(text)).await;
                assert_same_markup(&harmless, &answer, text);
                assert_eq!(answer.headers["content-language"], "en");
            }
        }
    }
}

#[tokio::test]
async fn e1_names_and_user_agents_of_an_account_are_shown_as_text() {
    for world in World::on_each_store() {
        let account = async |name: &str, user_agent: &str| {
            let person = Person::new();
            let fields = [("email", person.email.as_str()), ("password", &person.password), ("name", name)];
            world.send(submit("/auth/register", &fields).header("user-agent", user_agent)).await;
            let answer = world.send(sign_in(&person, &[])).await;
            Visitor { cookie: answer.cookie().unwrap(), person }.account(&world).await
        };
        let harmless = account("Ada", "curl/8").await;
        assert_eq!(harmless.status, 200);
        for text in HOSTILE {
            assert_same_markup(&harmless, &account(text, text).await, text);
        }
        let known = account("Ada", "<b>Firefox/140.0 <script>(Windows)").await;
        assert!(known.body.contains("Firefox on Windows"), "{known}");
    }
}

#[tokio::test]
async fn e1_queries_become_neither_markup_nor_links_to_elsewhere() {
    let world = World::new(Store::memory(), Settings::default());
    let visitor = Visitor::new(&world).await;
    let ask = |path: &str, name: &str, text: &str| Call::get(&format!("{path}?{name}={}", encoded(text)));
    for path in ["/auth/login", "/auth/register"] {
        for name in ["return_to", "cause", "email", "done"] {
            let harmless = world.send(ask(path, name, "x")).await;
            for text in HOSTILE {
                assert_same_markup(&harmless, &world.send(ask(path, name, text)).await, text);
            }
        }
        for text in ELSEWHERE {
            let answer = world.send(ask(path, "return_to", text)).await;
            assert!(!answer.body.contains("return_to") && !answer.body.contains("evil"), "{text}: {answer}");
        }
    }
    for name in ["done", "after"] {
        let harmless = world.send(visitor.with(ask("/auth/account", name, "x"))).await;
        for text in HOSTILE {
            assert_same_markup(&harmless, &world.send(visitor.with(ask("/auth/account", name, text))).await, text);
        }
    }
}

#[tokio::test]
async fn e1_whoever_signs_in_is_sent_to_no_page_of_anybody_else() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        for text in ELSEWHERE {
            let answer = world.send(sign_in(&person, &[("return_to", text)])).await;
            assert_eq!(
                (answer.status, &*answer.headers["location"]),
                (303, "https://app.example.com/auth/account"),
                "{text}"
            );
            let visitor = Visitor { cookie: answer.cookie().unwrap(), person: person.clone() };
            let call = Call::get(&format!("/auth/login?return_to={}", encoded(text)));
            let answer = world.send(visitor.with(call)).await;
            assert_eq!(
                (answer.status, &*answer.headers["location"]),
                (302, "https://app.example.com/auth/account"),
                "{text}"
            );
            world.advance(901);
        }
    }
}

#[tokio::test]
async fn g7_no_form_of_another_site_signs_in_registers_or_changes_anything() {
    for world in World::on_each_store() {
        let visitor = Visitor::new(&world).await;
        let mut stranger = sign_in(&Person::new(), &[]);
        stranger.path = "/auth/register".to_owned();
        let forms = [
            sign_in(&visitor.person, &[]),
            stranger,
            submit("/auth/account", &[("action", "end-all")]),
            visitor.with(sign_in(&visitor.person, &[])),
            visitor.with(submit("/auth/account", &[("action", "end-all")])),
            visitor.with(submit("/auth/logout", &[])),
        ];
        for form in forms {
            for strange in [
                &[][..],
                &[("origin", "null")],
                &[("origin", "https://evil.example")],
                &[("origin", "https://sub.app.example.com")],
                &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)],
                &[("sec-fetch-site", "same-site")],
                &[("sec-fetch-site", "none")],
            ] {
                let mut call = form.clone();
                call.headers.retain(|name, _| name != "origin" && name != "sec-fetch-site");
                let call = strange.iter().fold(call, |call, (name, value)| call.header(name, value));
                let answer = world.send(call).await;
                assert_eq!(
                    (answer.status, answer.problem()),
                    (403, "cross-site-request".to_owned()),
                    "{} {strange:?}",
                    form.path
                );
                assert_eq!(answer.cookie(), None);
            }
        }
        assert_eq!(visitor.account(&world).await.status, 200);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
