"""What Schemathesis cannot know about Latchkey: who calls, which values are real, and which answers are of `cargo lambda watch`.

Each request is given the next of several callers, and every second one that keeps to the contract is given values that are real,
so that the answers of success are held against the contract as well. `schemathesis.toml` says what is checked.
"""

import atexit
import collections
import itertools
import json
import os
import re
import uuid

import requests
import schemathesis

URL = os.environ["LATCHKEY_URL"]
COOKIE = "__Host-latchkey"
OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "a long walk by the sea"
# Who has an account calls with the one credential of a transport. Tokens that are made up come from Schemathesis.
CALLERS = ("nobody", "nobody, from a page of ours", "token", "session", "cookie")


class Account:
    """Somebody who has just signed up, with the one credential of the transport."""

    def __init__(self, transport):
        self.email, self.transport = fresh_email(), transport
        body = {"email": self.email, "password": PASSWORD, "transport": transport}
        answer = requests.post(f"{URL}/auth/register", json=body, headers=OUR_PAGE, timeout=10)
        answer.raise_for_status()
        self.held = answer.json()
        self.cookie = answer.cookies.get(COOKIE)

    def sign(self, case):
        """Makes a request one of theirs."""
        match self.transport:
            case "token":
                case.headers["Authorization"] = f"Bearer {self.held['access_token']}"
            case "session":
                case.headers["x-auth-token"] = self.held["session_token"]
            case "cookie":
                case.headers.update(OUR_PAGE)
                case.cookies[COOKIE] = self.cookie


def fresh_email():
    return f"{uuid.uuid4()}@example.com"


class Accounts(dict):
    """By transport. All are forgotten when a request has changed something: sessions may be over then, and tokens used."""

    def __missing__(self, transport):
        self[transport] = Account(transport)
        return self[transport]


ACCOUNTS = Accounts()
# The body that is real, by operation, for the account of a transport.
BODIES = {
    "POST /auth/register": lambda of: {"email": fresh_email(), "password": PASSWORD},
    "POST /auth/salt": lambda of: {"email": fresh_email()},
    "POST /auth/login": lambda of: {"email": ACCOUNTS[of].email, "password": PASSWORD},
    "POST /auth/refresh": lambda of: {"refresh_token": ACCOUNTS["token"].held["refresh_token"]},
    "DELETE /auth/me": lambda of: {"password": PASSWORD},
    "POST /auth/me/password": lambda of: passwords(),
    "POST /auth/account": lambda of: {"session": ACCOUNTS[of].held["session"]["id"], **passwords()},
}


def passwords():
    return {"current_password": PASSWORD, "new_password": "a short run over the hills"}


def make_real(case, label, transport):
    if label in BODIES and isinstance(case.body, dict):
        case.body = {**case.body, **BODIES[label](transport)}
    if "file" in case.path_parameters:
        page = requests.get(f"{URL}/auth/login", timeout=10).text
        case.path_parameters["file"] = re.search(r"/auth/pages/([^\"]+)", page)[1]


TURNS = collections.defaultdict(itertools.count)


@schemathesis.auth(refresh_interval=None)
class Turn:
    """Whose turn it is at an operation. Two and five have no common divisor: every caller sends what is real."""

    def get(self, case, context):
        return next(TURNS[context.operation.label])

    def set(self, case, turn, context):
        match CALLERS[turn % len(CALLERS)]:
            case "nobody":
                transport = "token"
            case "nobody, from a page of ours":
                transport = "token"
                case.headers.update(OUR_PAGE)
            case transport:
                ACCOUNTS[transport].sign(case)
        if turn % 2 == 0 and case.meta.generation.mode.is_positive:
            make_real(case, context.operation.label, transport)


ANSWERS = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(context, case, response):
    ANSWERS[case.operation.label][response.status_code] += 1
    if case.method != "GET" and response.status_code < 400:
        ACCOUNTS.clear()


@atexit.register
def tell():
    with open(os.environ["ANSWERS"], "w", encoding="utf-8") as file:
        json.dump(ANSWERS, file)


@schemathesis.deserializer("text/html", "text/css")
def as_text(context, response):
    return response.content.decode("utf-8")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops what `cargo lambda watch` answers itself to a body that is declared as JSON and is no UTF-8 (docs/API.md)."""
    own = response.status_code == 500 and response.content.startswith(b'{"type":"https://httpstatuses.com/500"')
    return not (own and is_no_text(response.request.body))


def is_no_text(body):
    try:
        (body if isinstance(body, bytes) else b"").decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
