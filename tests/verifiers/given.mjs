// What `cargo xtask test --all` hands to every test: an issuer behind https and a token of somebody who has just signed in.

import { decodeJwt, decodeProtectedHeader } from 'jose'

const given = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: cargo xtask test --all runs these tests`)
  return value
}

export const issuer = given('LATCHKEY_ISSUER')
export const audience = given('LATCHKEY_AUDIENCE')
export const algorithm = given('LATCHKEY_SIGNING_ALGORITHM')
export const token = given('LATCHKEY_ACCESS_TOKEN')

if (decodeProtectedHeader(token).alg !== algorithm) throw new Error(`the token is not signed with ${algorithm}`)

/** The same token about somebody else, with the signature as it was. */
export const tampered = (() => {
  const [header, , signature] = token.split('.')
  const claims = { ...decodeJwt(token), sub: '00000000-0000-4000-8000-000000000000' }
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
})()

/** Sets the test's clock to so many seconds after the token expires. */
export const secondsAfterExpiry = (test, seconds) =>
  test.mock.timers.enable({ apis: ['Date'], now: (decodeJwt(token).exp + seconds) * 1000 })
