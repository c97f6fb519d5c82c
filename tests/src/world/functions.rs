//! The functions, put together over one store.

use std::{sync::Mutex, time::Duration};

use latchkey::{
    config::Env,
    http::pages::Pages,
    memory::Gateway,
    operations::{
        Guard, Mint, SessionGuard, account::Account, check::Check, converse::Conversation, login::Login,
        logout::Logout, refresh::Refresh, register::Register, sessions::Sessions, ticket::Ticketing,
    },
    passwords::Passwords,
    published::{Bound, Fetch, Keys, Revocations, Unfetched},
    tokens::{Jwks, Verifier},
};
use latchkey_authorizer::Authorizer;
use latchkey_session_authorizer::SessionAuthorizer;
use latchkey_well_known::WellKnown;

use super::{LIVE_URL, Settings, quiet};
use crate::store::Store;

/// All of them.
pub(crate) struct Functions {
    pub(super) register: latchkey_register::App<Store>,
    pub(super) login: latchkey_login::App<Store>,
    pub(super) refresh: Refresh<Store>,
    pub(super) logout: Logout<Store>,
    pub(super) check: Check<Store>,
    pub(super) pages: latchkey_pages::App<Store>,
    pub(super) sessions: Sessions<Store>,
    pub(super) me: Account<Store>,
    pub(super) ws_ticket: latchkey_ws_ticket::App<Store>,
    pub(crate) ws_authorizer: Verifier,
    pub(crate) ws_message: Conversation<Store, Gateway>,
    pub(crate) session_ended: latchkey_session_ended::App<Store, Gateway>,
    pub(crate) ws_fanout: latchkey_ws_fanout::App<Store, Gateway>,
    pub(crate) ws_expire: latchkey_ws_expire::App<Store, Gateway>,
    pub(super) well_known: WellKnown<Store>,
    /// It is made for one thread; tests have several.
    pub(super) authorizer: Mutex<Authorizer<Nobody>>,
    pub(super) session_authorizer: SessionAuthorizer<Store>,
}

impl Functions {
    pub(super) fn new(store: &Store, settings: &Settings, gateway: &Gateway) -> Self {
        let gateway = || gateway.clone();
        let store = || store.clone();
        let (policy, limits) = (settings.policy, settings.limits);
        let (mint, passwords, guard) = (|| mint(settings), || passwords(settings), || guard(settings));
        let check = || Check { store: store(), guard: guard(), mint: mint(), ask_after: settings.ask_after };
        let account =
            || Account { store: store(), guard: guard(), passwords: passwords(), limits, policy, mint: mint() };
        let well_known = WellKnown::new(store(), settings.issuer.clone());
        Self {
            register: latchkey_register::App {
                register: Register { store: store(), passwords: passwords(), policy, limits, mint: mint() },
                pages: pages(settings),
            },
            login: latchkey_login::App {
                login: Login { store: store(), passwords: passwords(), limits, mint: mint() },
                pages: pages(settings),
            },
            pages: latchkey_pages::App { check: check(), account: account(), pages: pages(settings) },
            refresh: Refresh { store: store(), mint: mint() },
            logout: Logout { store: store(), guard: guard() },
            check: check(),
            sessions: Sessions { store: store(), guard: guard() },
            me: account(),
            ws_authorizer: verifier(settings),
            ws_message: Conversation { store: store(), gateway: gateway(), verifier: verifier(settings) },
            session_ended: latchkey_session_ended::App { store: store(), gateway: gateway() },
            ws_fanout: latchkey_ws_fanout::App { store: store(), gateway: gateway(), kept: settings.lifetimes.message },
            ws_expire: latchkey_ws_expire::App { store: store(), gateway: gateway() },
            ws_ticket: latchkey_ws_ticket::App {
                ticketing: Ticketing { store: store(), guard: guard(), mint: mint() },
                live_url: Some(LIVE_URL.to_owned()),
            },
            well_known: well_known.expect("the contract is JSON"),
            authorizer: Mutex::new(authorizer(settings, settings.rings.jwks(), None, Nobody)),
            session_authorizer: SessionAuthorizer {
                store: store(),
                guard: session_guard(settings),
                client_id: "latchkey".to_owned(),
            },
        }
    }
}

fn mint(settings: &Settings) -> Mint {
    Mint {
        sign: settings.rings.sign(),
        seal: settings.rings.seal(),
        audience: settings.audience(),
        lifetimes: settings.lifetimes,
        random: settings.random,
    }
}

fn pages(settings: &Settings) -> Pages {
    let name = [("LATCHKEY_PAGE_NAME".to_owned(), settings.page_name.to_owned())];
    let env = Env::new(name).expect("the setting exists");
    Pages::from_env(&env, settings.policy.min_chars).expect("it is a name")
}

fn passwords(settings: &Settings) -> Passwords {
    Passwords::new(settings.rings.pepper(), settings.work, settings.client_hashing)
}

fn verifier(settings: &Settings) -> Verifier {
    Verifier::new(&settings.audience(), settings.rings.jwks())
}

/// The stateless authorizer with its keys, and with the feed if it is given a bound.
pub(crate) fn authorizer<F: Fetch>(settings: &Settings, keys: Jwks, bound: Option<Bound>, issuer: F) -> Authorizer<F> {
    Authorizer {
        issuer,
        keys: Keys::new(&settings.audience(), keys, settings.refetch, quiet()),
        revocations: bound.map(|bound| Revocations::new(bound, quiet())),
    }
}

/// An issuer that never answers: keys are at hand, and a token that names another key is as good as none.
pub(super) struct Nobody;

impl Fetch for Nobody {
    fn get(&self, _: &str, _: u64, _: Duration) -> Result<Vec<u8>, Unfetched> {
        Err(Unfetched::Status(404))
    }
}

fn session_guard(settings: &Settings) -> SessionGuard {
    SessionGuard {
        seal: settings.rings.seal(),
        issuer: settings.issuer.clone(),
        session_idle: settings.lifetimes.session_idle,
    }
}

fn guard(settings: &Settings) -> Guard {
    Guard { verifier: verifier(settings), session: session_guard(settings) }
}
