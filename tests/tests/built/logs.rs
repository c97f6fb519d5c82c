//! What the functions print.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    authorizer_event::about,
    deployment::{Deployment, Environment},
    exchange::{Answer, Call},
    forge::split,
};
use serde_json::{Value, json};

/// The lines of a log, each of which must be JSON.
fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

#[tokio::test]
async fn e6_a_hostile_user_agent_or_path_is_one_line_of_json() {
    let agents = [
        "a\r\nb: c".to_owned(),
        "\u{1b}[2J\u{1b}[31mred".to_owned(),
        "{\"level\":\"error\"}\n{\"level\":\"info\"}".to_owned(),
        "\u{2028}\u{2029}\u{85}\0\u{7f}".to_owned(),
        "x".repeat(100 << 10),
        "\u{1f511}".repeat(1000),
        String::new(),
    ];
    for agent in agents {
        let deployment = Deployment::new(Environment::local());
        let call = Call::post("/auth/register", &Person::new().credentials()).header("user-agent", &agent);
        let answer = deployment.send(call).await;
        assert_eq!(answer.status, 201, "{agent:.20}: {answer}");
        deployment.send(Call::get(&format!("/{agent}")).header("user-agent", &agent)).await;
        for (function, log) in deployment.stop() {
            assert!(log.trim_end().chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{function}: {log}");
            let lines = lines(&log);
            assert_eq!(lines.len(), 1, "{function}, {agent:.20}: {log}");
            assert!(log.len() < 2000, "{function}: {} bytes", log.len());
        }
    }
}

/// Everything that was sent or answered and must never be printed.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    fn of_person(&mut self, person: &Person) {
        self.0.extend([person.password.clone(), person.email.clone()]);
    }

    /// The tokens, and the parts that would do as well.
    fn of_answer(&mut self, answer: Answer) -> Tokens {
        let tokens = Tokens::from(answer);
        for token in [&tokens.access, &tokens.refresh, &tokens.session] {
            self.0.extend(token.split(['.', '_']).map(str::to_owned));
        }
        if !tokens.access.is_empty() {
            let (message, _) = split(&tokens.access);
            self.0.push(message.to_owned());
        }
        self.0.retain(|secret| secret.len() > 8);
        tokens
    }
}

#[tokio::test]
async fn e6_no_log_of_a_whole_run_holds_a_secret_and_every_request_has_one_line() {
    let deployment = Deployment::new(Environment::local());
    let (mut secrets, person) = (Secrets::default(), Person::new());
    secrets.of_person(&person);
    let first = secrets.of_answer(deployment.register(&person).await);
    let second = secrets.of_answer(deployment.login(&person).await);
    let session = secrets.of_answer(deployment.login_for_session_token(&person).await);
    let guess = person.with_password("a guess that nobody should read");
    secrets.of_person(&guess);
    deployment.login(&guess).await;
    let third = secrets.of_answer(deployment.refresh(&second.refresh).await);
    secrets.of_answer(deployment.refresh(&second.refresh).await); // a replay within the grace
    for token in [&first.access, &third.access, &session.session, &first.refresh] {
        deployment.me(token).await;
        deployment.sessions(token).await;
        deployment.lets_in(token).await;
        deployment.invoke("session-authorizer", about(token).to_string().as_bytes()).unwrap();
    }
    let misplaced = Call::get(&format!("/auth/sessions?after={}", first.refresh)).bearer(&first.access);
    deployment.send(misplaced.header("x-secret", &person.password)).await;
    deployment
        .send(Call::new("POST", "/auth/login").text("application/json", &format!("{{\"{}", person.password)))
        .await;
    deployment
        .send(Call::post("/auth/login", &json!({ "email": person.password, "password": { "a": person.password } })))
        .await;
    deployment.send(Call::patch("/auth/me", &json!({ "name": "Ada" })).bearer(&first.access)).await;
    deployment.logout(&third.refresh).await;
    let new = person.with_password("a secret for the rest of the day");
    secrets.of_person(&new);
    let change = |current: &str| {
        let body = json!({ "current_password": current, "new_password": new.password });
        deployment.send(Call::post("/auth/me/password", &body).bearer(&first.access))
    };
    assert_eq!(change(&guess.password).await.status, 401);
    let changed = secrets.of_answer(change(&person.password).await);
    let delete = Call::delete("/auth/me").json(&json!({ "password": new.password })).bearer(&changed.access);
    assert_eq!(deployment.send(delete).await.status, 204);
    let mut requests = 0;
    for (function, log) in deployment.stop() {
        let leaked = secrets.0.iter().find(|secret| log.contains(secret.as_str()));
        assert!(leaked.is_none(), "{function} prints {leaked:?}");
        let lines = lines(&log);
        requests += lines.len();
        assert!(lines.iter().all(|line| line["function"] == function && line["_aws"].is_object()), "{function}: {log}");
    }
    assert_eq!(requests, 30);
}

#[tokio::test]
async fn g6_a_replay_within_the_grace_and_a_reuse_after_it_are_told_apart_and_counted() {
    let deployment = Deployment::new(Environment::local());
    let first = Tokens::from(deployment.register(&Person::new()).await);
    let second = Tokens::from(deployment.refresh(&first.refresh).await);
    deployment.refresh(&first.refresh).await;
    let superseded_for_long = forged(&second.refresh, 7);
    deployment.refresh(&superseded_for_long).await;
    let log = deployment.stop().remove("refresh").unwrap();
    let lines = lines(&log);
    let events: Vec<_> =
        lines.iter().map(|line| (line["event"].as_str().unwrap(), line["events"].as_u64().unwrap())).collect();
    assert_eq!(events, [("refreshed", 1), ("refresh-replayed", 1), ("refresh-token-reused", 1)]);
    assert_eq!(lines[2]["level"], "warn");
    assert_eq!(lines[2]["reason"], "the session is over: reuse-detected");
}

/// The same token, of another generation, sealed with the key of the deployment.
fn forged(token: &str, generation: u32) -> String {
    use latchkey::{domain::time::system_clock, tokens::RefreshToken};
    use latchkey_tests::{rings::Rings, world::ISSUER};
    let ring = Rings::of_local().seal();
    let token = RefreshToken::open(token, &ring, ISSUER, system_clock().unwrap()).unwrap().at_generation(generation);
    token.seal(&ring, ISSUER).unwrap().reveal().to_owned()
}
