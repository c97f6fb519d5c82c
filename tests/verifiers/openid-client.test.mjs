// openid-client reads the metadata, and oauth4webapi, which it is made of, verifies access tokens by RFC 9068 to the letter.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clockTolerance, validateJwtAccessToken } from 'oauth4webapi'
import { discovery } from 'openid-client'

import { algorithm, audience, issuer, secondsAfterExpiry, tampered, token } from './given.mjs'

const metadata = async () => (await discovery(new URL(issuer), 'latchkey')).serverMetadata()

const verify = (server, token) => {
  const request = new Request('https://api.example.com/notes', { headers: { authorization: `Bearer ${token}` } })
  // By default it takes tokens for another 30 seconds.
  return validateJwtAccessToken(server, request, audience, { [clockTolerance]: 0 })
}

describe('openid-client and oauth4webapi', () => {
  test('the metadata names the issuer, its keys and their algorithm', async () => {
    const server = await metadata()
    assert.equal(server.issuer, issuer)
    assert.equal(server.jwks_uri, `${issuer}/.well-known/jwks.json`)
    assert.deepEqual(server.id_token_signing_alg_values_supported, [algorithm])
  })

  test('metadata of another issuer is refused', async () => {
    await assert.rejects(discovery(new URL(`${issuer.replace('localhost', '127.0.0.1')}`), 'latchkey'), {
      code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    })
  })

  test('a token is accepted until it expires', async (t) => {
    const server = await metadata()
    const claims = await verify(server, token)
    assert.equal(claims.client_id, 'latchkey')
    secondsAfterExpiry(t, -1)
    assert.equal((await verify(server, token)).sub, claims.sub)
  })

  test('an expired token is refused', async (t) => {
    const server = await metadata()
    secondsAfterExpiry(t, 0)
    await assert.rejects(verify(server, token), /"exp"/)
  })

  test('a token about somebody else is refused', async () => {
    await assert.rejects(verify(await metadata(), tampered), /signature/)
  })

  test('a token of another issuer is refused', async () => {
    await assert.rejects(verify({ ...(await metadata()), issuer: `${issuer}/other` }, token), /"iss"/)
  })
})
