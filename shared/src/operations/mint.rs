//! Starting sessions and making their tokens.

use crate::{
    domain::{Client, Lifetimes, Random, Session, SessionId, Timestamp, User, session::REMEMBERED_ROTATIONS},
    error::Error,
    ports::CreateSession,
    tokens::{
        self, Audience, CookieClaims, CookieValue, RefreshToken, SealRing, Sealed, Seed, SessionToken, SignRing,
        Subject, access,
    },
};

/// The only way to prove who you are, so far (RFC 8176).
const AMR_PASSWORD: &str = "pwd";

/// The one renewable credential a session has, by the caller's choice at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// An access token and a refresh token.
    #[default]
    Token,
    /// A session token, sent with every request.
    Session,
    /// A cookie, for browsers.
    Cookie,
}

/// The keys and lifetimes that tokens are made with.
#[derive(Debug, Clone)]
pub struct Mint {
    /// Signs access tokens.
    pub sign: SignRing,
    /// Seals refresh and session tokens.
    pub seal: SealRing,
    /// Issuer, audience and client.
    pub audience: Audience,
    /// How long everything lives.
    pub lifetimes: Lifetimes,
    /// Where seeds and ids come from.
    pub random: Random,
}

/// The outcome of signing in or renewing.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// In which session.
    pub session: Session,
    /// With what.
    pub tokens: Tokens,
    /// The credential presented had been superseded a moment ago, and was answered with the current one.
    pub replayed: bool,
}

/// The tokens of one answer.
#[derive(Debug)]
pub enum Tokens {
    /// [`Transport::Token`].
    Pair {
        /// The JWT.
        access: AccessToken,
        /// Seconds until it expires.
        access_seconds: u64,
        /// The token for the next pair.
        refresh: Sealed,
    },
    /// [`Transport::Session`].
    Session(Sealed),
    /// [`Transport::Cookie`].
    Cookie(Cookie),
}

/// A cookie to be set.
#[derive(Debug)]
pub struct Cookie {
    /// Its value.
    pub value: CookieValue,
    /// For how many seconds a browser keeps it: until the session ends if nobody uses it, which is longer than its JWT lives.
    pub max_age: u64,
    /// When its JWT is no longer good.
    pub expires_at: Timestamp,
}

/// An access token in the clear, to be shown once.
pub struct AccessToken(String);

impl AccessToken {
    /// The token itself, for the reply.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessToken")
    }
}

impl Mint {
    /// Starts a session of `user` and makes its first tokens. Its id and seed are drawn here, so no sign-in ever continues
    /// anything the caller brought along.
    pub(super) async fn start(
        &self,
        store: &impl CreateSession,
        user: User,
        transport: Transport,
        client: &Client,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let seed = Seed::from_random(self.random.draw()?);
        let session = Session {
            user_id: user.id,
            id: SessionId::from_random(self.random.draw()?),
            created_at: now,
            epoch: user.epoch,
            amr: vec![AMR_PASSWORD.to_owned()],
            seed_hash: seed.hash(),
            generation: 1,
            rotated_at: [Timestamp::from_seconds(0); REMEMBERED_ROTATIONS],
            last_used_at: now,
            idle_expires_at: now.plus(self.lifetimes.session_idle),
            absolute_expires_at: now.plus(self.lifetimes.session_absolute),
            address: client.address,
            user_agent: client.user_agent.clone(),
            ended: None,
        };
        store.create_session(&session).await?;
        let key_id = self.seal.active_id();
        let renewal = RefreshToken { user_id: user.id, session_id: session.id, generation: 1, seed, key_id };
        let tokens = match transport {
            Transport::Token => self.pair(&user, &session, renewal, now)?,
            Transport::Cookie => Tokens::Cookie(self.cookie(&user, &session, renewal, now)?),
            Transport::Session => {
                let token = SessionToken { user_id: user.id, session_id: session.id, seed, key_id };
                Tokens::Session(token.seal(&self.seal, &self.audience.issuer).map_err(sealing_failed)?)
            }
        };
        Ok(SignedIn { user, session, tokens, replayed: false })
    }

    /// Makes an access token for `session` and seals `refresh`.
    pub(super) fn pair(
        &self,
        user: &User,
        session: &Session,
        refresh: RefreshToken,
        now: Timestamp,
    ) -> Result<Tokens, Error> {
        let subject = Subject::of(session, user);
        // A token never outlives its session.
        let lifetime = self.lifetimes.access_token.min(session.absolute_expires_at.since(now));
        let access = access::issue(&self.sign, &self.audience, &subject, self.token_id()?, now, lifetime)
            .map_err(sealing_failed)?;
        let refresh = refresh.seal(&self.seal, &self.audience.issuer).map_err(sealing_failed)?;
        Ok(Tokens::Pair { access: AccessToken(access), access_seconds: lifetime, refresh })
    }

    /// Makes a cookie for `session`, which the table has just said to be live.
    pub(super) fn cookie(
        &self,
        user: &User,
        session: &Session,
        renewal: RefreshToken,
        now: Timestamp,
    ) -> Result<Cookie, Error> {
        self.cookie_of(Subject::of(session, user), now, session.absolute_expires_at, renewal, now)
    }

    /// Makes the next cookie of one that is good, without asking the table: the moment at which it was asked and the session's
    /// limit stay, and so there is a moment at which it will be asked again.
    pub(super) fn prolonged(
        &self,
        claims: CookieClaims,
        renewal: RefreshToken,
        now: Timestamp,
    ) -> Result<Cookie, Error> {
        self.cookie_of(claims.subject, claims.checked_at, claims.session_expires_at, renewal, now)
    }

    fn cookie_of(
        &self,
        subject: Subject,
        checked_at: Timestamp,
        session_expires_at: Timestamp,
        renewal: RefreshToken,
        now: Timestamp,
    ) -> Result<Cookie, Error> {
        let Lifetimes { cookie, cookie_fresh, session_idle, .. } = self.lifetimes;
        let asked_again_at = checked_at.plus(self.lifetimes.longest_unchecked());
        let expires_at = now.plus(cookie).min(asked_again_at).min(session_expires_at);
        let fresh_until = now.plus(cookie_fresh).min(expires_at);
        let key_id = self.sign.active_id().to_owned();
        let claims = CookieClaims { subject, key_id, fresh_until, checked_at, expires_at, session_expires_at };
        let keys = (&self.sign, &self.seal);
        let value = tokens::cookie::issue(keys, &self.audience, &claims, &renewal, self.token_id()?, now);
        let max_age = checked_at.plus(session_idle).min(session_expires_at).since(now);
        Ok(Cookie { value: value.map_err(sealing_failed)?, max_age, expires_at })
    }

    /// The `jti` of a new token.
    pub(super) fn token_id(&self) -> Result<String, Error> {
        Ok(uuid::Builder::from_random_bytes(self.random.draw()?).into_uuid().to_string())
    }
}

fn sealing_failed(reason: crate::error::Refusal) -> Error {
    Error::Internal(format!("a token could not be made: {reason}"))
}
