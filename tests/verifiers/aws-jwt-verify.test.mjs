// aws-jwt-verify: the generic verifier that AWS wrote for Lambda authorizers and containers.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { JwtVerifier } from 'aws-jwt-verify'
import { JwtExpiredError, JwtInvalidIssuerError, JwtInvalidSignatureError } from 'aws-jwt-verify/error'

import { audience, issuer, secondsAfterExpiry, tampered, token } from './given.mjs'

// It finds the keys at <issuer>/.well-known/jwks.json by itself.
const verifier = JwtVerifier.create({ issuer, audience })

describe('aws-jwt-verify', () => {
  test('a token is accepted until it expires', async (t) => {
    const claims = await verifier.verify(token)
    assert.equal(claims.iss, issuer)
    assert.equal(claims.client_id, 'latchkey')
    secondsAfterExpiry(t, -1)
    assert.equal((await verifier.verify(token)).sub, claims.sub)
  })

  test('an expired token is refused', async (t) => {
    secondsAfterExpiry(t, 1)
    await assert.rejects(verifier.verify(token), JwtExpiredError)
  })

  test('a token about somebody else is refused', async () => {
    await assert.rejects(verifier.verify(tampered), JwtInvalidSignatureError)
  })

  test('a token of another issuer is refused', async () => {
    const other = JwtVerifier.create({ issuer: `${issuer}/other`, audience, jwksUri: `${issuer}/.well-known/jwks.json` })
    await assert.rejects(other.verify(token), JwtInvalidIssuerError)
  })
})
