"""PyJWT with PyJWKClient: what services in Python use."""

import base64
import json
import os
import unittest
from datetime import datetime, timedelta
from unittest import mock

import jwt

ISSUER = os.environ["LATCHKEY_ISSUER"]
AUDIENCE = os.environ["LATCHKEY_AUDIENCE"]
ALGORITHM = os.environ["LATCHKEY_SIGNING_ALGORITHM"]
TOKEN = os.environ["LATCHKEY_ACCESS_TOKEN"]

KEYS = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")
REQUIRED = ["iss", "aud", "sub", "client_id", "sid", "iat", "exp", "jti"]


def verify(token, issuer=ISSUER):
    """The claims of a token that is good."""
    key = KEYS.get_signing_key_from_jwt(token)
    return jwt.decode(token, key, [ALGORITHM], audience=AUDIENCE, issuer=issuer, options={"require": REQUIRED})


def seconds_after_expiry(seconds):
    """Sets PyJWT's clock."""
    expiry = jwt.decode(TOKEN, options={"verify_signature": False})["exp"]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(expiry, tz) + timedelta(seconds=seconds)

    return mock.patch("jwt.api_jwt.datetime", Clock)


def tampered():
    """The same token about somebody else, with the signature as it was."""
    header, claims, signature = TOKEN.split(".")
    claims = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"sub": "00000000-0000-4000-8000-000000000000"}
    claims = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return ".".join([header, claims, signature])


class PyJwt(unittest.TestCase):
    def test_a_token_is_accepted_until_it_expires(self):
        claims = verify(TOKEN)
        self.assertEqual(claims["client_id"], "latchkey")
        with seconds_after_expiry(-1):
            self.assertEqual(verify(TOKEN)["sub"], claims["sub"])

    def test_an_expired_token_is_refused(self):
        with seconds_after_expiry(0), self.assertRaises(jwt.ExpiredSignatureError):
            verify(TOKEN)

    def test_a_token_about_somebody_else_is_refused(self):
        with self.assertRaises(jwt.InvalidSignatureError):
            verify(tampered())

    def test_a_token_of_another_issuer_is_refused(self):
        with self.assertRaises(jwt.InvalidIssuerError):
            verify(TOKEN, issuer=f"{ISSUER}/other")
