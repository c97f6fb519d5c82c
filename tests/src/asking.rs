//! The stateless authorizer of a world, asking that world for keys and revocations.

#![expect(clippy::expect_used, reason = "test harness: whatever is wrong here ends the test with the words given")]

use std::{cell::RefCell, future::Future, io, rc::Rc, time::Duration};

use latchkey::{
    error::Error,
    published::{Bound, Fetch, Refetch, Unfetched},
    tokens::Jwks,
};
use latchkey_authorizer::{Authorizer, prove};
use tokio::runtime::{Builder, Runtime};

use crate::{
    api::Api,
    exchange::Call,
    store::Store,
    world::{Settings, World, functions::authorizer},
};

/// What the authorizer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It lets the caller in.
    In,
    /// It denies.
    Out,
    /// It cannot decide, so that nobody gets in and nobody is signed out.
    Undecided,
}

/// What is between the authorizer and its issuer.
#[derive(Debug, Clone, Default)]
pub enum Line {
    /// Nothing.
    #[default]
    Up,
    /// No answer.
    Down,
    /// This answer to everything.
    Says(String),
}

/// A world, and an authorizer that asks it.
pub struct Asking {
    /// The issuer.
    pub world: Rc<World>,
    runtime: Rc<Runtime>,
    line: Rc<RefCell<Line>>,
    asked: Rc<RefCell<Vec<String>>>,
    authorizer: Authorizer<Issuer>,
}

/// The way to the world.
struct Issuer {
    world: Rc<World>,
    runtime: Rc<Runtime>,
    line: Rc<RefCell<Line>>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Fetch for Issuer {
    fn get(&self, path: &str, limit: u64, patience: Duration) -> Result<Vec<u8>, Unfetched> {
        assert!(patience <= Duration::from_secs(1), "a request would wait for {patience:?}");
        self.asked.borrow_mut().push(path.to_owned());
        let body = match &*self.line.borrow() {
            Line::Up => {
                let answer = self.runtime.block_on(self.world.send(Call::get(path)));
                if answer.status != 200 {
                    return Err(Unfetched::Status(answer.status));
                }
                answer.body
            }
            Line::Down => return Err(Unfetched::Unreachable(Box::new(io::Error::from(io::ErrorKind::TimedOut)))),
            Line::Says(body) => body.clone(),
        };
        assert!(body.len() as u64 <= limit, "{path} has {} bytes", body.len());
        Ok(body.into_bytes())
    }
}

impl Asking {
    /// An authorizer that holds the world's keys, and asks for the feed.
    pub fn for_revocations(store: Store, bound: Bound) -> Self {
        let settings = Settings::default();
        let keys = settings.rings.jwks();
        Self::new(store, settings, Some(bound), keys)
    }

    /// One that has to ask for keys.
    pub fn for_keys(store: Store) -> Self {
        Self::for_keys_since(store, 0)
    }

    /// One that has to ask for keys, and knows that earlier ones than of this revision will not do.
    pub fn for_keys_since(store: Store, revision: u64) -> Self {
        Self::new(store, Settings::default(), None, Jwks::none_before(revision))
    }

    /// One that has to ask for keys, and asks again as it is told.
    pub fn for_keys_again(store: Store, refetch: Refetch) -> Self {
        Self::new(store, Settings { refetch, ..Settings::default() }, None, Jwks::none_before(0))
    }

    /// One that holds the world's keys and asks for nothing while they do.
    pub fn for_nothing(store: Store) -> Self {
        let settings = Settings::default();
        let keys = settings.rings.jwks();
        Self::new(store, settings, None, keys)
    }

    fn new(store: Store, settings: Settings, bound: Option<Bound>, keys: Jwks) -> Self {
        let runtime = Rc::new(Builder::new_current_thread().enable_all().build().expect("a runtime starts"));
        let world = Rc::new(World::new(store, settings.clone()));
        let (line, asked) = (Rc::<RefCell<Line>>::default(), Rc::<RefCell<Vec<String>>>::default());
        let issuer = Issuer {
            world: Rc::clone(&world),
            runtime: Rc::clone(&runtime),
            line: Rc::clone(&line),
            asked: Rc::clone(&asked),
        };
        let authorizer = authorizer(&settings, keys, bound, issuer);
        Self { world, runtime, line, asked, authorizer }
    }

    /// Lets something happen in the world.
    pub fn run<T>(&self, happening: impl Future<Output = T>) -> T {
        self.runtime.block_on(happening)
    }

    /// Changes what is between the authorizer and the world.
    pub fn line(&self, line: Line) {
        *self.line.borrow_mut() = line;
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        self.asked.take()
    }

    /// Asks the authorizer.
    pub fn verdict(&self, token: &str) -> Verdict {
        match prove(&self.authorizer, token, self.world.now()) {
            Ok(_) => Verdict::In,
            Err(Error::InvalidToken(_)) => Verdict::Out,
            Err(Error::Unavailable(_)) => Verdict::Undecided,
            Err(error) => panic!("{error}"),
        }
    }
}
