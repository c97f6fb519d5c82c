//! F4: the pages while DynamoDB fails: a whole page that says so, nobody let in, nobody signed out.

use latchkey_tests::{
    api::{Api, Person},
    deployment::{Deployment, Environment},
    exchange::{Answer, Call},
    fault_proxy::{Fault, FaultProxy},
    local_dynamodb::local_dynamodb,
    world::ORIGIN,
};

const NEW_PASSWORD: &str = "another violet anchor";
/// The tries that a request to DynamoDB has.
const TRIES: usize = 3;

/// Somebody with a cookie, and the deployment that they can reach.
struct Visitor {
    whole: Deployment,
    person: Person,
    cookie: String,
}

impl Visitor {
    async fn new() -> Self {
        let (whole, person) = (Deployment::new(Environment::local()), Person::new());
        let fields = [("email", person.email.as_str()), ("password", &person.password)];
        let cookie = whole.send(Call::form("/auth/register", ORIGIN, &fields)).await.cookie();
        Self { whole, person, cookie: cookie.unwrap() }
    }

    fn with(&self, call: Call) -> Call {
        call.cookie(&format!("__Host-latchkey={}", self.cookie))
    }

    fn asks(&self) -> Call {
        self.with(Call::get("/auth/account"))
    }

    fn does(&self, action: &str) -> Call {
        let fields = [
            ("action", action),
            ("session", "5c2d1e34-7f60-4a1b-8c9d-0e1f2a3b4c5d"),
            ("current_password", &self.person.password),
            ("new_password", NEW_PASSWORD),
        ];
        self.with(Call::form("/auth/account", ORIGIN, &fields))
    }

    /// A page that says in the reader's language that it cannot, whole, and as if nothing were known about them.
    #[track_caller]
    fn is_told(&self, answer: &Answer) {
        let header = |name: &str| answer.headers.get(name).map_or("", String::as_str);
        assert_eq!((answer.status, header("retry-after"), answer.cookie()), (503, "2", None), "{answer}");
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{answer}");
        assert!(answer.body.starts_with("<!doctype html>") && answer.body.trim_end().ends_with("</html>"), "{answer}");
        assert!(answer.body.contains("Der Dienst ist gerade nicht erreichbar."), "{answer}");
        for unsaid in ["127.0.0.1", &self.person.email, &self.person.password, NEW_PASSWORD] {
            assert!(!answer.body.contains(unsaid), "{unsaid}: {answer}");
        }
    }
}

/// The pages, started, with `passes` requests that DynamoDB still answers; those after them meet `faults`, then `afterwards`.
fn pages(passes: usize, faults: impl IntoIterator<Item = Fault>, afterwards: Fault) -> (Deployment, FaultProxy) {
    // The function reads the published keys when it starts.
    let faults = std::iter::repeat_n(Fault::Pass, 1 + passes).chain(faults);
    let proxy = FaultProxy::start(&local_dynamodb().endpoint(), faults, afterwards);
    (Deployment::new(Environment::local().with("AWS_ENDPOINT_URL_DYNAMODB", proxy.endpoint())), proxy)
}

#[tokio::test]
async fn f4_a_page_that_needs_no_table_is_there_without_one() {
    let visitor = Visitor::new().await;
    let (deployment, _proxy) = pages(0, [], Fault::Refuse);
    for path in ["/auth/login", "/auth/register"] {
        let page = deployment.send(Call::get(path)).await;
        assert!(page.status == 200 && page.body.trim_end().ends_with("</html>"), "{page}");
        assert_eq!(deployment.send(visitor.with(Call::get(path))).await.status, 302, "signed in, by the cookie alone");
    }
}

#[tokio::test]
async fn f4_the_page_of_an_account_whose_tables_are_down_says_so_whichever_request_is_the_first_to_fail() {
    let visitor = Visitor::new().await;
    let mut passes = 0;
    loop {
        let (deployment, _proxy) = pages(passes, [], Fault::internal());
        let page = deployment.send(visitor.asks().header("accept-language", "de")).await;
        if page.status == 200 {
            break;
        }
        visitor.is_told(&page);
        passes += 1;
    }
    assert_eq!(passes, 2, "the session with the profile, and the list");
}

#[tokio::test]
async fn f4_a_form_whose_tables_are_down_is_told_so_and_its_visitor_stays_signed_in() {
    let visitor = Visitor::new().await;
    let (deployment, _proxy) = pages(0, [], Fault::Refuse);
    for action in ["end-session", "end-others", "end-all", "change-password"] {
        visitor.is_told(&deployment.send(visitor.does(action).header("accept-language", "de")).await);
        assert_eq!(visitor.whole.send(visitor.asks()).await.status, 200, "{action}");
    }
}

#[tokio::test]
async fn f4_a_change_of_the_password_that_fails_anywhere_leaves_one_of_the_two_passwords_and_says_which() {
    let mut told = Vec::new();
    for passes in 0..8 {
        let visitor = Visitor::new().await;
        let (deployment, _proxy) = pages(passes, std::iter::repeat_n(Fault::internal(), TRIES), Fault::Pass);
        let answer = deployment.send(visitor.does("change-password").header("accept-language", "de")).await;
        let old = visitor.whole.login(&visitor.person).await.status;
        let new = visitor.whole.login(&visitor.person.with_password(NEW_PASSWORD)).await.status;
        assert!(matches!((old, new), (200, 401) | (401, 200)), "{passes}: {old} {new}");
        if answer.status == 503 {
            assert!(answer.cookie().is_none() && answer.body.trim_end().ends_with("</html>"), "{passes}: {answer}");
            assert!(answer.body.contains("Der Dienst ist gerade nicht erreichbar."), "{passes}: {answer}");
        }
        let location = answer.headers.get("location").map_or("", String::as_str);
        told.push((new, answer.status, location.trim_start_matches(ORIGIN).to_owned()));
    }
    let unchanged = (401, 503, String::new());
    let changed = |page: &str| (200, 303, page.to_owned());
    assert_eq!(
        told,
        [
            unchanged.clone(),
            unchanged.clone(),
            unchanged.clone(),
            unchanged,
            changed("/auth/account?done=change-password"),
            changed("/auth/account?done=change-password"),
            changed("/auth/login?return_to=%2Fauth%2Faccount&cause=password-changed"),
            changed("/auth/account?done=change-password"),
        ],
        "the session with the profile, the reservation, the account, the change; telling the old session why, which may fail; \
         the new session, without which they sign in"
    );
}
