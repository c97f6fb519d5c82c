// clients/typescript as it is built, in real tabs: their locks, channels and storage are the browser's.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browser, newcomer, seconds, tab } from './chromium.mjs'
import { serveClient } from './client.mjs'
import { accessToken, grace, origin } from './given.mjs'

const KEPT = `latchkey:${origin}`

/** A browser in which somebody has signed in, in the first of `count` tabs that share a store. */
async function signedIn(t, count) {
  const context = await browser(t)
  await serveClient(context)
  const tabs = []
  for (let made = 0; made < count; made++) tabs.push(await opened(context))
  await tabs[0].evaluate((somebody) => globalThis.auth.register(somebody), newcomer())
  for (const one of tabs.slice(1)) await one.evaluate(() => globalThis.auth.restore())
  return { context, tabs }
}

/** A tab with a client. */
async function opened(context) {
  const page = await tab(context, '/page')
  await page.evaluate(async (graceSeconds) => {
    const { createClient } = await import('/client/index.js')
    globalThis.auth = createClient({ url: location.origin, store: localStorage, graceSeconds })
    globalThis.ends = []
    globalThis.auth.onSessionEnd(({ cause, elsewhere }) => globalThis.ends.push([cause, elsewhere]))
  }, grace)
  return page
}

/** The tokens that refreshes are answered with. An attempt that takes too long is made again, and answered with the same. */
async function successors(context) {
  const tokens = new Set()
  await context.route('**/auth/refresh', async (route) => {
    const response = await route.fetch()
    tokens.add((await response.json()).refresh_token)
    // Whoever asked may have gone on to the next attempt.
    await route.fulfill({ response }).catch(() => {})
  })
  return tokens
}

const me = (page) => page.evaluate(() => globalThis.auth.fetch('/auth/me').then(({ status }) => status))
const ends = (page) => page.evaluate(() => globalThis.ends)
const stored = (page) => page.evaluate((key) => localStorage.getItem(key), KEPT)
/** The timer of a client renews a used token once; that of the one after is over as well. */
const expiry = () => seconds(2 * accessToken)

test('two tabs that need a token at once make one rotation', async (t) => {
  const { context, tabs } = await signedIn(t, 2)
  await expiry()
  const [granted, before] = [await successors(context), await stored(tabs[0])]
  assert.deepEqual(await Promise.all(tabs.map(me)), [200, 200])
  assert.equal(granted.size, 1)
  assert.notEqual(await stored(tabs[0]), before)
  assert.equal(await stored(tabs[1]), await stored(tabs[0]))
})

test('a request that needs a token while the network is away goes on when it is back', async (t) => {
  const { context, tabs: [page] } = await signedIn(t, 1)
  await expiry()
  await context.setOffline(true)
  const answer = me(page)
  await seconds(grace / 3)
  await context.setOffline(false)
  assert.equal(await answer, 200)
  assert.deepEqual(await ends(page), [])
})

test('a refresh whose answer is lost signs nobody out, neither at once nor after the grace', async (t) => {
  const { context, tabs: [page] } = await signedIn(t, 1)
  await expiry()
  let lost = 0
  await context.route('**/auth/refresh', async (route) => {
    if (lost++ > 0) return route.continue()
    await route.fetch()
    return route.abort()
  })
  assert.equal(await me(page), 200)
  assert.ok(lost >= 2, `${lost} refreshes`)
  await seconds(grace + 1)
  await expiry()
  assert.equal(await me(page), 200)
  assert.deepEqual(await ends(page), [])
})

test('a sign-out in one tab reaches the other, and what was stored is gone', async (t) => {
  const { tabs: [here, there] } = await signedIn(t, 2)
  await here.evaluate(() => globalThis.auth.logout())
  await there.waitForFunction(() => globalThis.ends.length > 0)
  assert.deepEqual([await ends(here), await ends(there)], [[['logout', false]], [['logout', true]]])
  assert.equal(await stored(there), null)
  assert.equal(await there.evaluate(() => globalThis.auth.fetch('/auth/me').catch(({ slug }) => slug)), 'signed-out')
})

test('a session that was stolen and used ends in every tab, with the cause', async (t) => {
  const { tabs: [here, there] } = await signedIn(t, 2)
  await expiry()
  const status = await here.evaluate(async (key) => {
    const { refreshToken } = JSON.parse(localStorage.getItem(key))
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ refresh_token: refreshToken })
    return (await fetch('/auth/refresh', { method: 'POST', headers, body })).status
  }, KEPT)
  assert.equal(status, 200)
  await seconds(grace + 1)
  assert.equal(await here.evaluate(() => globalThis.auth.fetch('/auth/me').catch(({ slug }) => slug)), 'signed-out')
  await there.waitForFunction(() => globalThis.ends.length > 0)
  assert.deepEqual([await ends(here), await ends(there)], [[['reuse-detected', true]], [['reuse-detected', true]]])
})
