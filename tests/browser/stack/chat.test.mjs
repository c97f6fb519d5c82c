// examples/chat: what its README promises, in browsers, against a deployed stack. `cargo xtask dev` has no WebSocket API, so the
// step "pages in a browser" does not run this. LATCHKEY_URL is the stack's `PublicUrl`; its `AllowedOrigins` has
// http://localhost:9002, and its rooms are `lobby` and `tea`, both for everybody.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serve } from '../../../examples/chat/server.mjs'

// What else those that run against `dev` are told. Nothing here waits for these.
for (const name of ['COOKIE_FRESH', 'COOKIE', 'ACCESS_TOKEN']) process.env[`LATCHKEY_${name}_SECONDS`] ??= '0'
process.env.ARTEFACTS ??= new URL('../../../target/browser', import.meta.url).pathname
const { browser, newcomer, tab } = await import('../chromium.mjs')
const { origin: issuer } = await import('../given.mjs')
const { look } = await import('../look.mjs')

const PORT = 9002
const PAGE = `http://localhost:${PORT}`
/** Where the ticket goes: the emulated gateway selects no subprotocol, which browsers take for a refusal. */
const CARRIER = '/?carrier=query'
/** Functions start, streams are read: milliseconds. */
const PATIENCE = 30_000

let server

before(async () => {
  server = await serve({ port: PORT, issuer, live: await liveUrl() })
})
after(() => {
  server?.close()
  server?.closeAllConnections()
})

/** Where the WebSocket API is, as the issuer tells somebody. */
async function liveUrl() {
  const ask = async (path, headers, body) => {
    const response = await fetch(issuer + path, { method: 'POST', headers, body: body && JSON.stringify(body) })
    assert.ok(response.ok, `${path}: ${response.status}`)
    return response.json()
  }
  const { access_token } = await ask('/auth/register', { 'content-type': 'application/json' }, { ...newcomer(), transport: 'token' })
  const { url } = await ask('/auth/ws-ticket', { authorization: `Bearer ${access_token}` })
  assert.match(url, /^wss?:/)
  return url
}

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const room = (page, name) => page.getByRole('region', { name, exact: true })
const isLive = (page) => page.locator('#state').filter({ hasText: 'live' }).waitFor({ timeout: PATIENCE })

/** A browser in which somebody has made an account, or signs in to one, and is connected. */
async function arrived(t, name, somebody, prepare = () => {}) {
  const context = await browser(t)
  const prepared = await prepare(context)
  const page = await tab(context, CARRIER, PAGE)
  await page.locator('#says').filter({ hasText: 'Nobody is signed in.' }).waitFor()
  const { email, password } = somebody ?? newcomer()
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  if (!somebody) await page.getByLabel('Name').fill(name)
  await press(page, somebody ? 'Sign in' : 'Make an account')
  await isLive(page)
  await page.locator('#says').filter({ hasText: `You are ${name}.` }).waitFor()
  return { context, page, prepared, somebody: { email, password } }
}

/** A browser's connections, which can be cut: Chromium alone keeps them, and what they carry, until it is online again. */
async function cables(context) {
  const ends = []
  await context.routeWebSocket(/./, (page) => void ends.push(page, page.connectToServer()))
  return {
    get count() {
      return ends.length / 2
    },
    cut: () => Promise.all(ends.map((end) => end.close().catch(() => {}))),
  }
}

async function write(page, text, where = 'Lobby') {
  await room(page, where).getByLabel('Message').fill(text)
  await room(page, where).getByRole('button', { name: 'Send' }).click()
}

/** What a page shows of this test's messages, by whom, once it shows the last of them. */
async function shown(page, mark, last, where = 'Lobby') {
  const items = room(page, where).getByRole('listitem').filter({ hasText: mark })
  await items.filter({ hasText: `${mark} ${last}` }).first().waitFor({ timeout: PATIENCE })
  return items.evaluateAll((found, mark) => found.map((item) => {
    const [who, text] = [item.querySelector('strong').textContent, item.querySelector('span').textContent]
    return `${who}: ${text.replace(`${mark} `, '')}`
  }), mark)
}

test('who was offline has everything that was missed, in order and once, and what was written meanwhile is sent', async (t) => {
  const mark = crypto.randomUUID()
  const [ada, grace] = [await arrived(t, 'Ada'), await arrived(t, 'Grace', undefined, cables)]
  await write(ada.page, `${mark} 1`)
  assert.deepEqual(await shown(grace.page, mark, 1), ['Ada: 1'])
  await grace.context.setOffline(true)
  await grace.prepared.cut()
  await grace.page.locator('#state').filter({ hasText: /connecting|waiting/ }).waitFor()
  for (const number of [2, 3, 4]) {
    await write(ada.page, `${mark} ${number}`)
    await shown(ada.page, mark, number)
  }
  await write(grace.page, `${mark} 5`)
  assert.equal(await room(grace.page, 'Lobby').getByRole('listitem').filter({ hasText: mark }).count(), 1, 'nothing passes')
  await grace.context.setOffline(false)
  await isLive(grace.page)
  assert.deepEqual(await shown(ada.page, mark, 5), ['You: 1', 'You: 2', 'You: 3', 'You: 4', 'Grace: 5'])
  assert.ok(grace.prepared.count >= 2)
  const all = ['Ada: 1', 'Ada: 2', 'Ada: 3', 'Ada: 4', 'You: 5']
  assert.deepEqual(await shown(grace.page, mark, 5), all)
  await grace.page.reload()
  await isLive(grace.page)
  assert.deepEqual(await shown(grace.page, mark, 5), all)
})

test('what others write is text, in the room where they wrote it', async (t) => {
  const mark = crypto.randomUUID()
  const [ada, grace] = [await arrived(t, 'Ada'), await arrived(t, '<b>Grace</b>')]
  const script = `${mark} <img src=x onerror=alert(1)>`
  await write(grace.page, script, 'Tea')
  assert.deepEqual(await shown(ada.page, mark, '<img', 'Tea'), ['<b>Grace</b>: <img src=x onerror=alert(1)>'])
  assert.equal(await room(ada.page, 'Lobby').getByText(mark).count(), 0)
  assert.equal(await ada.page.locator('li b, li img').count(), 0)
})

test('a sign-out elsewhere ends the connection, and the page says why', async (t) => {
  const here = await arrived(t, 'Ada')
  const elsewhere = await arrived(t, 'Ada', here.somebody)
  await press(elsewhere.page, 'Sign out everywhere')
  for (const { page } of [elsewhere, here]) {
    await page.locator('#says').filter({ hasText: 'The session is over: logout-all.' }).waitFor({ timeout: PATIENCE })
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  }
})

test('the page can be used by everybody, on every screen', async (t) => {
  const { page } = await arrived(t, 'Ada')
  const mark = crypto.randomUUID()
  await write(page, `${mark} 1`)
  await shown(page, mark, 1)
  await look(page, 'chat')
  await press(page, 'Sign out')
  await page.locator('#says').filter({ hasText: 'The session is over: logout.' }).waitFor()
  await look(page, 'chat-signed-out')
})
