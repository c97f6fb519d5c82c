//! Rules by route, with which the stack is deployed: examples/protected-api/rules.json.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
};

use serde_json::json;

use crate::{account::Account, stack::Stack};

/// What the function says where the rules did not refuse.
const OF_THE_FUNCTION: &str = "This record is somebody else's.";

fn record(of: &Tokens, by: &Tokens) -> Call {
    Call::get(&format!("/exp/{}", of.user_id)).bearer(&by.access)
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_record_is_for_its_subject_and_the_authorizer_refuses_everybody_else() {
    let stack = Stack::from_env();
    let (own, other) = (Person::new(), Person::new());
    let own = Tokens::from(stack.register(&own).await);
    let other = Tokens::from(stack.register(&other).await);
    for call in [Stack::http_api, Stack::rest_api] {
        let answer = call(&stack, &record(&own, &own));
        assert_eq!((answer.status, answer.text("/user")), (200, own.user_id.clone()), "{answer}");
        let answer = call(&stack, &record(&own, &other));
        assert_eq!(answer.status, 403, "{answer}");
        assert_ne!(answer.text("/message"), OF_THE_FUNCTION, "the rules let it through to the function");
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_role_that_an_administrator_gives_opens_the_records_of_others_with_the_next_access_token() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let own = Tokens::from(stack.register(&Person::new()).await);
    let other = Tokens::from(stack.register(&Person::new()).await);
    let statuses = |by: &Tokens| {
        [Stack::http_api, Stack::rest_api].map(|call| {
            let answer = call(&stack, &record(&own, by));
            assert!(answer.status != 403 || answer.text("/message") != OF_THE_FUNCTION, "{answer}");
            answer.status
        })
    };
    assert_eq!(statuses(&other), [403, 403]);

    let given = account.administer("set-roles", &other.user_id, &json!({ "roles": ["admin"] }));
    assert_eq!(given["user"]["roles"], json!(["admin"]), "{given}");
    assert_eq!(statuses(&other), [403, 403], "a token that was issued before says what it said");
    let renewed = Tokens::from(stack.refresh(&other.refresh).await);
    assert_eq!(statuses(&renewed), [200, 200]);

    account.administer("set-roles", &other.user_id, &json!({ "roles": [] }));
    let renewed = Tokens::from(stack.refresh(&renewed.refresh).await);
    assert_eq!(statuses(&renewed), [403, 403]);
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn behind_appsync_it_is_the_function_that_refuses_a_record_of_somebody_else() {
    let stack = Stack::from_env();
    let own = Tokens::from(stack.register(&Person::new()).await);
    let other = Tokens::from(stack.register(&Person::new()).await);
    let query = format!("{{ exp(staff_id: \"{}\") {{ user }} }}", own.user_id);
    assert_eq!(stack.graphql(&query, Some(&own.access)).text("/data/exp/user"), own.user_id);
    // AppSync tells the sentence of the function; the emulator only that there is no value.
    let answer = stack.graphql(&query, Some(&other.access)).json();
    assert!(answer["data"]["exp"].is_null() && answer["errors"][0].is_object(), "{answer}");
}
