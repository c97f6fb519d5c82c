//! Every kind of API that the authorizer attaches to, and those that need no function of ours.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
};

use crate::stack::Stack;

/// Credentials that are none.
const GARBAGE: [&str; 5] = ["garbage", "a.b.c", "lkr_AAAA", "lks_AAAA", "eyJhbGciOiJub25lIn0.e30."];

async fn signed_in(stack: &Stack) -> Tokens {
    Tokens::from(stack.register(&Person::new()).await)
}

fn with(path: &str, token: Option<&str>) -> Call {
    token.into_iter().fold(Call::get(path), |call, token| call.bearer(token))
}

fn assert_knows(answer: &Answer, tokens: &Tokens) {
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.text("/user"), tokens.user_id, "{answer}");
    assert_eq!(answer.text("/identity/sub"), tokens.user_id, "{answer}");
    assert_eq!(answer.text("/identity/sid"), tokens.session_id, "{answer}");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn an_http_api_with_simple_responses_knows_who_is_calling() {
    let stack = Stack::from_env();
    let tokens = signed_in(&stack).await;
    assert_knows(&stack.http_api(&with("/notes", Some(&tokens.access))), &tokens);
    assert_eq!(stack.http_api(&with("/notes", None)).status, 401);
    for token in GARBAGE {
        assert_eq!(stack.http_api(&with("/notes", Some(token))).status, 403, "{token}");
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn an_http_api_with_payload_1_knows_who_is_calling() {
    let stack = Stack::from_env();
    let tokens = signed_in(&stack).await;
    assert_knows(&stack.http_api(&with("/policy-notes", Some(&tokens.access))), &tokens);
    assert_eq!(stack.http_api(&with("/policy-notes", None)).status, 401);
    for token in GARBAGE {
        // The emulator leaves the version out of these events, so they are answered as a REST API's, by a failure. AWS gets a
        // policy, and its clients 403.
        let answer = stack.http_api(&with("/policy-notes", Some(token)));
        assert!(matches!(answer.status, 403 | 500), "{token}: {answer}");
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn an_http_api_verifies_tokens_itself_with_the_published_keys() {
    let stack = Stack::from_env();
    let tokens = signed_in(&stack).await;
    assert_knows(&stack.http_api(&with("/native-notes", Some(&tokens.access))), &tokens);
    assert_eq!(stack.http_api(&with("/native-notes", None)).status, 401);
    for token in GARBAGE {
        assert_eq!(stack.http_api(&with("/native-notes", Some(token))).status, 401, "{token}");
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_rest_api_knows_who_is_calling_by_the_request_and_by_the_token_alone() {
    let stack = Stack::from_env();
    let tokens = signed_in(&stack).await;
    for path in ["/notes", "/token-notes"] {
        let answer = stack.rest_api(&with(path, Some(&tokens.access)));
        assert_knows(&answer, &tokens);
        assert_eq!(answer.text("/identity/principalId"), tokens.user_id, "{path}: {answer}");
        assert_eq!(stack.rest_api(&with(path, None)).status, 401, "{path}");
        for token in GARBAGE {
            assert_eq!(stack.rest_api(&with(path, Some(token))).status, 401, "{path}, {token}");
        }
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_websocket_api_connects_whoever_is_signed_in_and_nobody_else() {
    let stack = Stack::from_env();
    let tokens = signed_in(&stack).await;
    // The function behind it refuses the handshake when it is not told who is calling.
    assert_eq!(stack.connect(Some(&tokens.access)), 101);
    assert_eq!(stack.connect(None), 401);
    for token in GARBAGE {
        // 401 at AWS, to which the failure of the authorizer says so.
        assert!(matches!(stack.connect(Some(token)), 401 | 403 | 500), "{token}");
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn an_appsync_api_knows_who_is_asking() {
    let stack = Stack::from_env();
    let tokens = signed_in(&stack).await;
    let answer = stack.graphql("{ notes { user } }", Some(&tokens.access));
    assert_eq!((answer.status, answer.text("/data/notes/user")), (200, tokens.user_id), "{answer}");
    for token in GARBAGE.map(Some).into_iter().chain([None]) {
        let answer = stack.graphql("{ notes { user } }", token);
        assert_eq!(answer.status, 401, "{token:?}: {answer}");
        assert_eq!(answer.text("/errors/0/errorType"), "UnauthorizedException", "{answer}");
    }
}
