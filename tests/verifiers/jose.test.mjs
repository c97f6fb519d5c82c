// jose with a remote key set: what most services in JavaScript use.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'

import { algorithm, audience, issuer, secondsAfterExpiry, tampered, token } from './given.mjs'

const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
const expected = { issuer, audience, algorithms: [algorithm], typ: 'at+jwt', requiredClaims: ['sub', 'sid', 'iat', 'jti'] }

describe('jose', () => {
  test('a token is accepted until it expires', async (t) => {
    const { payload } = await jwtVerify(token, keys, expected)
    assert.equal(payload.client_id, 'latchkey')
    secondsAfterExpiry(t, -1)
    assert.equal((await jwtVerify(token, keys, expected)).payload.sub, payload.sub)
  })

  test('an expired token is refused', async (t) => {
    secondsAfterExpiry(t, 0)
    await assert.rejects(jwtVerify(token, keys, expected), { code: 'ERR_JWT_EXPIRED' })
  })

  test('a token about somebody else is refused', async () => {
    await assert.rejects(jwtVerify(tampered, keys, expected), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  })

  test('a token of another issuer is refused', async () => {
    const other = jwtVerify(token, keys, { ...expected, issuer: `${issuer}/other` })
    await assert.rejects(other, { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'iss' })
  })
})
