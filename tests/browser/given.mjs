// What `cargo xtask test --all` hands to every test: a running `dev` with cookies that live for seconds, a Chromium, and a folder
// for what the tests saw.

const given = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: cargo xtask test --all runs these tests`)
  return value
}

/** The origin of `dev`: pages and API share it. */
export const origin = given('LATCHKEY_URL')
export const chromium = given('CHROMIUM')
/** Where screenshots go. */
export const artefacts = given('ARTEFACTS')
/** Seconds, as `dev` was told. */
export const fresh = Number(given('LATCHKEY_COOKIE_FRESH_SECONDS'))
export const alive = Number(given('LATCHKEY_COOKIE_SECONDS'))
export const accessToken = Number(given('LATCHKEY_ACCESS_TOKEN_SECONDS'))
/** Seconds; what `dev` sets by itself. */
export const grace = 3
