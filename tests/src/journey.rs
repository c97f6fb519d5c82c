//! The main journey: an account from its making to the last sign-out, the same wherever the product runs.

use serde_json::json;

use crate::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
};

/// Registers, signs in on a second device, is let in, renews, looks after sessions, signs out, changes the password, leaves.
pub async fn main_journey(api: &impl Api) {
    let person = Person::new();
    let first = Tokens::from(api.register(&person).await);
    let second = Tokens::from(api.login(&person).await);
    assert_eq!((&first.user_id, first.session_id != second.session_id), (&second.user_id, true));

    let profile = api.me(&second.access).await;
    assert_eq!((profile.status, profile.text("/email")), (200, person.email.clone()));
    assert!(api.lets_in(&second.access).await, "the protected API refuses a fresh access token");
    assert!(!api.lets_in(&second.refresh).await, "the protected API accepts a refresh token");

    let third = renews(api, &second).await;
    assert_eq!(listed(api, &third).await, sorted([&first.session_id, &third.session_id]));

    let path = format!("/auth/sessions/{}", first.session_id);
    assert_eq!(api.send(Call::delete(&path).bearer(&third.access)).await.status, 204);
    assert_refused(&api.refresh(&first.refresh).await);
    assert_eq!(listed(api, &third).await, std::slice::from_ref(&third.session_id));

    assert_eq!(api.logout(&third.refresh).await.status, 204);
    assert_eq!(api.logout(&third.refresh).await.status, 204);
    assert_refused(&api.refresh(&third.refresh).await);
    let person = changes_password(api, person).await;
    leaves(api, &person).await;
}

/// Renews twice with one token, as two tabs do: both get the same successor.
async fn renews(api: &impl Api, tokens: &Tokens) -> Tokens {
    let renewed = Tokens::from(api.refresh(&tokens.refresh).await);
    assert_ne!(renewed.refresh, tokens.refresh);
    assert_eq!(renewed.session_id, tokens.session_id);
    let again = Tokens::from(api.refresh(&tokens.refresh).await);
    assert_eq!(again.refresh, renewed.refresh);
    assert!(api.lets_in(&again.access).await, "the protected API refuses a renewed access token");
    renewed
}

/// Changes the password: the session that did it is over, and the new one is good everywhere.
async fn changes_password(api: &impl Api, person: Person) -> Person {
    let before = Tokens::from(api.login(&person).await);
    let changed = person.with_password(&format!("{}, changed", person.password));
    let body = json!({ "current_password": person.password, "new_password": changed.password });
    let answer = api.send(Call::post("/auth/me/password", &body).bearer(&before.access)).await;
    let after = Tokens::from(answer);
    assert_refused(&api.refresh(&before.refresh).await);
    assert!(api.lets_in(&after.access).await, "the protected API refuses the token of a changed password");
    assert_eq!(listed(api, &after).await, std::slice::from_ref(&after.session_id));
    assert_eq!(api.login(&person).await.problem(), "invalid-credentials");
    changed
}

/// Uses a session token, and deletes the account with it.
async fn leaves(api: &impl Api, person: &Person) {
    let token = Tokens::from(api.login_for_session_token(person).await).session;
    assert_eq!(api.me(&token).await.status, 200);
    let body = json!({ "password": person.password });
    assert_eq!(api.send(Call::delete("/auth/me").bearer(&token).json(&body)).await.status, 204);
    assert_refused(&api.me(&token).await);
    assert_eq!(api.login(person).await.problem(), "invalid-credentials");
}

async fn listed(api: &impl Api, tokens: &Tokens) -> Vec<String> {
    let answer = api.sessions(&tokens.access).await;
    assert_eq!(answer.status, 200, "{answer}");
    let sessions = answer.json()["sessions"].as_array().cloned().unwrap_or_default();
    sorted(sessions.iter().map(|session| session["id"].as_str().unwrap_or_default()))
}

fn sorted(ids: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut ids: Vec<String> = ids.into_iter().map(Into::into).collect();
    ids.sort_unstable();
    ids
}

fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-token"), "{answer}");
}
