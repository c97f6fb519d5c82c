//! Makes tokens that the product would never make, with the private key it really uses.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    hmac, rand,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use latchkey::domain::time::system_clock;
use serde_json::{Value, json};

use crate::{rings::Rings, world::ISSUER};

/// A forger with the active private key of a ring.
pub struct Forge {
    key: Key,
    /// The public key as JWK.
    pub jwk: Value,
}

enum Key {
    Rsa(RsaKeyPair),
    /// The same key, for the two forms of a signature.
    Ec {
        fixed: EcdsaKeyPair,
        asn1: EcdsaKeyPair,
    },
}

/// Base64url without padding, as in a token.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The inverse of [`encode`].
pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("it was encoded here")
}

impl Forge {
    /// Takes the first key of the ring.
    pub fn new(rings: &Rings) -> Self {
        let ring: Value = serde_json::from_str(&rings.sign).expect("a ring is JSON");
        let jwks: Value = serde_json::from_str(&rings.public_jwks()).expect("a set is JSON");
        let pem: String = ring["keys"][0]["private_key"]
            .as_str()
            .expect("keys are PEM")
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let der = STANDARD.decode(pem).expect("PEM is base64");
        let key = match ring["keys"][0]["algorithm"].as_str() {
            Some("RS256") => Key::Rsa(RsaKeyPair::from_pkcs8(&der).expect("the key is PKCS#8")),
            Some("ES256") => {
                let parse = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, &der).expect("the key is PKCS#8");
                Key::Ec { fixed: parse(&ECDSA_P256_SHA256_FIXED_SIGNING), asn1: parse(&ECDSA_P256_SHA256_ASN1_SIGNING) }
            }
            other => panic!("nothing is forged with {other:?}"),
        };
        Self { key, jwk: jwks["keys"][0].clone() }
    }

    /// The header of a good token.
    pub fn header(&self) -> Value {
        json!({ "alg": self.jwk["alg"], "typ": "at+jwt", "kid": self.jwk["kid"] })
    }

    /// The claims of a token that is good now and for fifteen minutes.
    pub fn claims() -> Value {
        let now = system_clock().expect("the clock works").seconds();
        json!({
            "iss": ISSUER,
            "aud": "latchkey",
            "sub": "6d1e5f9a-0f0e-4b7d-9f53-2f6a1c0b9e11",
            "client_id": "latchkey",
            "sid": "0b0c7a52-98d5-4f43-8f41-1c5f2b1f7c22",
            "iat": now,
            "exp": now + 900,
            "jti": "f3a5c1de-1111-4222-8333-944445555666",
            "auth_time": now,
            "amr": ["pwd"],
            "epoch": 1,
        })
    }

    /// The claims of a good token, changed.
    pub fn claims_with(changes: &Value) -> Value {
        merged(Self::claims(), changes)
    }

    /// The header of a good token, changed.
    pub fn header_with(&self, changes: &Value) -> Value {
        merged(self.header(), changes)
    }

    /// A token of this header and these claims, validly signed.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        self.signed(header.to_string(), claims.to_string())
    }

    /// A good token.
    pub fn good(&self) -> String {
        self.token(&self.header(), &Self::claims())
    }

    /// Any bytes as header and claims, validly signed.
    pub fn signed(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        format!("{message}.{}", encode(self.signature(&message)))
    }

    fn signature(&self, message: &str) -> Vec<u8> {
        let random = rand::SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).expect("the key signs");
                signature
            }
            Key::Ec { fixed, .. } => fixed.sign(&random, message.as_bytes()).expect("the key signs").as_ref().to_vec(),
        }
    }

    /// A good token but for its signature, which is in ASN.1 instead of the fixed form (RFC 7518 section 3.4).
    pub fn with_asn1_signature(&self) -> String {
        let Key::Ec { asn1, .. } = &self.key else { panic!("RSA signatures have one form") };
        let good = self.good();
        let (message, _) = split(&good);
        let signature = asn1.sign(&rand::SystemRandom::new(), message.as_bytes()).expect("the key signs");
        format!("{message}.{}", encode(signature))
    }

    /// A token whose signature is an HMAC with `secret`.
    pub fn with_hmac(header: &Value, secret: &[u8]) -> String {
        let message = format!("{}.{}", encode(header.to_string()), encode(Self::claims().to_string()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", encode(tag))
    }

    /// The public key in each form that somebody could take for a shared secret.
    pub fn public_key_forms(&self) -> Vec<Vec<u8>> {
        let Key::Rsa(key) = &self.key else { panic!("only RSA keys are asked for") };
        let der: PublicKeyX509Der<'_> = key.public_key().as_der().expect("the key has a public half");
        let body = STANDARD.encode(der.as_ref());
        let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", lines.join("\n"));
        let modulus = self.jwk["n"].as_str().expect("an RSA key has a modulus");
        vec![
            der.as_ref().to_vec(),
            format!("{pem}\n").into_bytes(),
            pem.into_bytes(),
            modulus.as_bytes().to_vec(),
            decode(modulus),
            self.jwk.to_string().into_bytes(),
            Vec::new(),
        ]
    }
}

/// What is signed, and the signature.
pub fn split(token: &str) -> (&str, &str) {
    token.rsplit_once('.').expect("a token has parts")
}

/// `changes` over `object`; a member that becomes the text `"absent"` is taken out.
fn merged(mut object: Value, changes: &Value) -> Value {
    for (member, value) in changes.as_object().into_iter().flatten() {
        object[member] = value.clone();
    }
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| value != "absent");
    }
    object
}
