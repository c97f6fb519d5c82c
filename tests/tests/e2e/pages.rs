//! The pages behind the deployed gateway, as somebody uses them who has no scripts.

use latchkey_tests::{
    api::{Api, Person},
    exchange::{Answer, Call},
    world::ORIGIN,
};

use crate::stack::Stack;

const NEW_PASSWORD: &str = "another violet anchor";

/// A browser that is signed in.
struct Browser<'a> {
    stack: &'a Stack,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// One that a form has signed in, and that was sent to the page of the account.
    #[track_caller]
    fn signed_in(stack: &'a Stack, answer: &Answer) -> Self {
        assert_eq!((answer.status, path(answer)), (303, "/auth/account"), "{answer}");
        Self { stack, cookie: answer.cookie().expect("a browser is given a cookie") }
    }

    async fn send(&self, call: Call) -> Answer {
        self.stack.send(call.cookie("theme=dark").cookie(&format!("__Host-latchkey={}", self.cookie))).await
    }

    async fn account(&self) -> Answer {
        self.send(Call::get("/auth/account")).await
    }

    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Call::form(path, ORIGIN, fields)).await
    }

    /// It is at the login page, which says `cause`.
    async fn is_out(&self, cause: &str) {
        let account = self.account().await;
        let login = format!("/auth/login?return_to=%2Fauth%2Faccount&cause={cause}");
        assert_eq!(
            (account.status, path(&account), account.cookie().as_deref()),
            (302, &*login, Some("")),
            "{account}"
        );
    }
}

/// Where an answer sends a browser, without the origin.
fn path(answer: &Answer) -> &str {
    let location = answer.headers.get("location").map_or("", String::as_str);
    location.find("/auth/").map_or(location, |at| &location[at..])
}

/// What stands in a page between `before` and the next quotation mark.
fn quoted<'p>(page: &'p Answer, before: &str) -> Vec<&'p str> {
    page.body.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn somebody_without_scripts_makes_an_account_looks_after_it_and_leaves() {
    let stack = Stack::from_env();
    let person = Person::new();
    let sign_in = |path: &str, password: &str| {
        let fields = [("email", person.email.as_str()), ("password", password)];
        stack.send(Call::form(path, ORIGIN, &fields))
    };

    let login = stack.send(Call::get("/auth/login").header("accept-language", "de-AT")).await;
    assert!(login.status == 200 && login.body.contains("<html lang=\"de\">"), "{login}");
    let stylesheet = quoted(&login, "rel=\"stylesheet\" href=\"");
    let stylesheet = stack.send(Call::get(stylesheet.first().expect("a page has a stylesheet"))).await;
    assert_eq!((stylesheet.status, &*stylesheet.headers["content-type"]), (200, "text/css; charset=utf-8"));

    let first = Browser::signed_in(&stack, &sign_in("/auth/register", &person.password).await);
    let second = Browser::signed_in(&stack, &sign_in("/auth/login", &person.password).await);
    let account = first.account().await;
    assert!(account.status == 200 && account.body.contains(&person.email), "{account}");
    let others = quoted(&account, "name=\"session\" value=\"");
    assert_eq!(others.len(), 1, "{account}");
    let ended = first.submit("/auth/account", &[("action", "end-session"), ("session", others[0])]).await;
    assert_eq!((ended.status, path(&ended)), (303, "/auth/account?done=end-session"), "{ended}");
    second.is_out("logout").await;

    let change =
        |current| [("action", "change-password"), ("current_password", current), ("new_password", NEW_PASSWORD)];
    let wrong = first.submit("/auth/account", &change("not their password")).await;
    assert!(wrong.status == 401 && wrong.body.contains(&person.email), "{wrong}");
    let changed = first.submit("/auth/account", &change(&person.password)).await;
    assert_eq!((changed.status, path(&changed)), (303, "/auth/account?done=change-password"), "{changed}");
    first.is_out("password-changed").await;
    let third = Browser { stack: &stack, cookie: changed.cookie().expect("a new session") };
    assert_eq!(third.account().await.status, 200);

    let left = third.submit("/auth/logout", &[]).await;
    assert_eq!(
        (left.status, path(&left), left.cookie().as_deref()),
        (303, "/auth/login?cause=logout", Some("")),
        "{left}"
    );
    third.is_out("logout").await;
    let refused = sign_in("/auth/login", &person.password).await;
    assert!(refused.status == 401 && refused.body.contains(&person.email), "the page again: {refused}");
    Browser::signed_in(&stack, &sign_in("/auth/login", NEW_PASSWORD).await);
}
