//! The generic refusal of a token: one text for every cause, so that nobody learns which.

use latchkey::{
    domain::{EndCause, Lifetimes, SessionId, UserId},
    tokens::RefreshToken,
};
use latchkey_tests::{
    api::Api,
    exchange::{Answer, Call},
    world::{ISSUER, Settings, World},
};

/// Asserts the whole answer, byte by byte; of a session that is over the cause may stand at its end.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer) {
    let headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let expected = [
        "cache-control: no-store",
        "content-type: application/problem+json",
        r#"www-authenticate: Bearer error="invalid_token""#,
        "x-content-type-options: nosniff",
    ];
    assert_eq!((answer.status, headers.as_slice()), (401, expected.map(str::to_owned).as_slice()), "{answer}");
    let body = r#"{"type":"urn:latchkey:problem:invalid-token","title":"The token is missing, expired or not valid.","status":401}"#;
    let of_session = EndCause::parse(&answer.text("/cause"))
        .map(|cause| body.replace("401}", &format!("401,\"cause\":\"{}\"}}", cause.as_str())));
    assert_eq!(answer.body, of_session.unwrap_or_else(|| body.to_owned()));
}

#[tokio::test]
async fn every_refusal_of_a_token_is_the_same_bytes_whatever_the_cause() {
    let lifetimes = Lifetimes { session_idle: 1000, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let (_, reused) = world.registered().await;
        world.refresh(&reused.refresh).await;
        world.advance(100);
        let (_, ended) = world.registered().await;
        world.logout(&ended.refresh).await;
        let (_, deleted) = world.registered().await;
        world.send(Call::delete("/auth/me").bearer(&deleted.access)).await;
        let ring = world.settings.rings.seal();
        let token = RefreshToken::open(&ended.refresh, &ring, ISSUER, world.now()).unwrap();
        let unknown = RefreshToken {
            user_id: UserId::from_random([1; 16]),
            session_id: SessionId::from_random([2; 16]),
            ..token
        };
        let unknown = unknown.seal(&ring, ISSUER).unwrap();
        let (_, expired) = world.registered().await;
        world.advance(1000);
        let mut answers: Vec<Answer> = Vec::new();
        for token in
            [&reused.refresh, &ended.refresh, &deleted.refresh, &expired.refresh, unknown.reveal(), "lkr_x", "", "x"]
        {
            answers.push(world.refresh(token).await);
        }
        for token in [&expired.access, &deleted.access, &ended.refresh, "lks_x", "", "a.b.c"] {
            for path in ["/auth/me", "/auth/sessions"] {
                answers.push(world.send(Call::get(path).bearer(token)).await);
                answers.push(world.send(Call::delete(path).bearer(token)).await);
            }
        }
        let headers = ["Basic x", "Bearer", "bearer a b", "Bearer a,Bearer b", "Bearer\ta", ""];
        for value in headers {
            answers.push(world.send(Call::get("/auth/me").header("authorization", value)).await);
        }
        answers.push(world.send(Call::get("/auth/me")).await);
        answers.push(
            world.send(Call::get("/auth/me").bearer(&expired.access).header("x-auth-token", &expired.access)).await,
        );
        answers.iter().for_each(assert_refused);
        let causes: Vec<_> = answers.iter().map(|answer| answer.text("/cause")).collect();
        assert_eq!(causes[..4], ["idle", "logout", "", "idle"], "who holds what was sealed is told");
        assert_eq!(causes[4..8], [""; 4], "and nobody else");
    }
}
