//! The chapters.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::administrator::Administrator;
use super::authorizer::Authorizer;
use super::exchange::{Answer, Request, Server};
use crate::interrupt;

/// Past the grace for sure, whatever the two clocks say about fractions of a second.
const MARGIN: Duration = Duration::from_millis(1500);

/// Who does what where.
pub struct Story {
    pub server: Server,
    /// None where functions cannot be invoked directly.
    pub authorizer: Option<Authorizer>,
    /// None there as well.
    pub administrator: Option<Administrator>,
    pub grace: Duration,
    pub email: String,
    pub password: String,
}

/// What a token set is for.
struct Tokens {
    access: String,
    refresh: String,
    session: String,
}

impl Story {
    /// From the first account to the last sign-out.
    pub fn tell(&mut self) -> Result<()> {
        chapter("A new account");
        self.post("/auth/register", &self.credentials(), 201, "the account exists and is signed in")?;
        self.post("/auth/register", &self.credentials(), 409, "an email belongs to one account")?;
        let wrong = json!({ "email": self.email, "password": "not the password at all" });
        self.post("/auth/login", &wrong, 401, "a wrong password says no more than a wrong email")?;
        let tokens = self.sign_in("signed in: a token for requests and one for renewing it")?;
        self.protected_routes(&tokens)?;
        self.refreshing(tokens)?;
        self.sessions()?;
        self.administration()
    }

    fn protected_routes(&self, tokens: &Tokens) -> Result<()> {
        chapter("Protected routes");
        self.get("/auth/me", Some(&tokens.access), 200, "the token says who asks")?;
        self.get("/auth/me", None, 401, "without it, nothing")?;
        chapter("What your own API's authorizer decides");
        let Some(authorizer) = &self.authorizer else {
            println!("\n  Left out: this server lets nobody but its gateway ask the authorizer.");
            return Ok(());
        };
        authorizer.ask(&tokens.access, true, "your API is invoked, with the user's id in its context")?;
        let forged = format!("{}A", tokens.access);
        authorizer.ask(&forged, false, "one character more, and your API is not invoked")
    }

    fn refreshing(&self, tokens: Tokens) -> Result<()> {
        chapter("Refreshing");
        let second = self.refresh(&tokens.refresh, "new tokens, and the old refresh token has had its time")?;
        let again =
            self.refresh(&tokens.refresh, "the same once more within the grace: a second tab, or a lost reply")?;
        ensure!(again.refresh == second.refresh, "within the grace the answer has to hold the current refresh token");
        println!("     and it is the very token of the last answer: there are never two that live");
        println!("\n  … {} s later, when the grace is over …", self.grace.as_secs());
        interrupt::pause(self.grace + MARGIN)?;
        let old = json!({ "refresh_token": tokens.refresh });
        self.post("/auth/refresh", &old, 401, "now it can only be stolen: the session ends")?;
        let current = json!({ "refresh_token": second.refresh });
        self.post("/auth/refresh", &current, 401, "for whoever holds the current one, too")?;
        Ok(())
    }

    fn sessions(&self) -> Result<()> {
        chapter("Sessions");
        let here = self.sign_in("signed in again, here")?;
        let there = self.sign_in("and on another device")?;
        let list = self.get("/auth/sessions", Some(&here.access), 200, "every session of the user")?;
        let listed = list.body["sessions"].as_array().context("the answer has no sessions")?;
        ensure!(listed.iter().any(|session| session["id"] == json!(there.session)), "the other device is not listed");
        let path = format!("/auth/sessions/{}", there.session);
        self.send("DELETE", &path, Some(&here.access), None, 204, "the other device is signed out")?;
        let there = json!({ "refresh_token": there.refresh });
        self.post("/auth/refresh", &there, 401, "as it learns at its next refresh")?;
        chapter("Signing out");
        let body = json!({ "refresh_token": here.refresh });
        self.post("/auth/logout", &body, 204, "signed out")?;
        self.post("/auth/logout", &body, 204, "as often as you like")?;
        self.post("/auth/refresh", &body, 401, "the session is over")?;
        let bearer = Some(here.access.as_str());
        self.get("/auth/me", bearer, 401, "and our own routes refuse its access token at once")?;
        let accepted = "your API accepts it until it expires: at most 15 minutes, for no look-up";
        self.authorizer.as_ref().map_or(Ok(()), |authorizer| authorizer.ask(&here.access, true, accepted))
    }

    fn administration(&self) -> Result<()> {
        chapter("Administration");
        let Some(administrator) = &self.administrator else {
            println!("\n  Left out: no route leads to the function for administrators, and here nothing else does.");
            return Ok(());
        };
        let found = administrator.does(
            "find-user",
            json!({ "email": self.email }),
            "found, by whoever may invoke the function",
        )?;
        let user = json!({ "user_id": found.text("/user/id")? });
        let session = self.sign_in("signed in once more")?;
        let mut roles = user.clone();
        roles["roles"] = json!(["editor"]);
        administrator.does("set-roles", roles, "a role, which no request of the user could set")?;
        let refresh = json!({ "refresh_token": session.refresh });
        let renewed = self.post("/auth/refresh", &refresh, 200, "new tokens carry it")?;
        ensure!(renewed.body["user"]["roles"] == json!(["editor"]), "the user does not have the role");
        let session = tokens(&renewed)?;
        administrator.does("disable-user", user.clone(), "every way in is closed")?;
        self.get("/auth/me", Some(&session.access), 401, "at once for what is there")?;
        let refresh = json!({ "refresh_token": session.refresh });
        self.post("/auth/refresh", &refresh, 401, "for what would be renewed")?;
        self.post("/auth/login", &self.credentials(), 401, "and for the right password, as if it were wrong")?;
        administrator.does("enable-user", user, "open again")?;
        self.post("/auth/refresh", &refresh, 401, "but nothing from before comes back")?;
        self.sign_in("until the user signs in anew").map(drop)
    }

    fn credentials(&self) -> Value {
        json!({ "email": self.email, "password": self.password })
    }

    fn sign_in(&self, meaning: &str) -> Result<Tokens> {
        tokens(&self.post("/auth/login", &self.credentials(), 200, meaning)?)
    }

    fn refresh(&self, token: &str, meaning: &str) -> Result<Tokens> {
        tokens(&self.post("/auth/refresh", &json!({ "refresh_token": token }), 200, meaning)?)
    }

    fn post(&self, path: &str, body: &Value, expected: u16, meaning: &str) -> Result<Answer> {
        self.send("POST", path, None, Some(body.clone()), expected, meaning)
    }

    fn get(&self, path: &str, bearer: Option<&str>, expected: u16, meaning: &str) -> Result<Answer> {
        self.send("GET", path, bearer, None, expected, meaning)
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<Value>,
        expected: u16,
        meaning: &str,
    ) -> Result<Answer> {
        self.server.exchange(&Request { method, path, bearer, body }, expected, meaning)
    }
}

fn chapter(title: &str) {
    println!("\n{title}");
}

fn tokens(answer: &Answer) -> Result<Tokens> {
    Ok(Tokens {
        access: answer.text("/access_token")?,
        refresh: answer.text("/refresh_token")?,
        session: answer.text("/session/id")?,
    })
}
