// The session cookie in a browser that is not ours: docs/API.md, The session cookie.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { ask, browser, newcomer, seconds, tab } from './chromium.mjs'
import { alive, fresh, grace, origin } from './given.mjs'

const NAME = '__Host-latchkey'

/** The session cookie as the browser has it. */
const cookie = async (context) => (await context.cookies()).find(({ name }) => name === NAME)

/** A browser with one tab, in which somebody has just signed in for a cookie. */
async function signedIn(t) {
  const context = await browser(t)
  const page = await tab(context)
  const somebody = { ...newcomer(), transport: 'cookie' }
  const registered = await ask(page, 'POST', '/auth/register', somebody)
  assert.equal(registered.status, 201)
  return { context, page, somebody, user: registered.body.user, session: registered.body.session }
}

test('the browser keeps the cookie for this host alone, and no script sees it', async (t) => {
  const { context, page, session } = await signedIn(t)
  const { httpOnly, secure, sameSite, path, domain, expires, value } = await cookie(context)
  assert.deepEqual({ httpOnly, secure, sameSite, path, domain }, {
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    path: '/',
    domain: 'localhost',
  })
  assert.ok(Math.abs(expires - Date.parse(session.expires_at) / 1000) < 60)
  assert.equal(await page.evaluate(() => document.cookie), '')
  assert.ok(value.includes('~'))
  assert.equal((await ask(page, 'GET', '/auth/me')).status, 200)
})

test('a fresh cookie stays as it is, a stale one is replaced, and the one before passes still', async (t) => {
  const { context, page } = await signedIn(t)
  const first = await cookie(context)
  assert.equal((await ask(page, 'GET', '/auth/check')).status, 204)
  assert.equal((await cookie(context)).value, first.value)
  await seconds(fresh + 1)
  assert.equal((await ask(page, 'GET', '/auth/check')).status, 204)
  const second = await cookie(context)
  assert.notEqual(second.value, first.value)
  await context.addCookies([first])
  assert.equal((await ask(page, 'GET', '/auth/check')).status, 204)
})

test('an expired cookie opens nothing, and the check renews it by the table', async (t) => {
  const { context, page, user } = await signedIn(t)
  const first = await cookie(context)
  await seconds(alive + 1)
  const refused = await ask(page, 'GET', '/auth/me')
  assert.deepEqual([refused.status, refused.body.cause], [401, undefined])
  assert.equal((await ask(page, 'GET', '/auth/check')).status, 204)
  const [, before] = first.value.split('~')
  const [, sealed] = (await cookie(context)).value.split('~')
  assert.notEqual(sealed, before, 'the next generation')
  assert.equal((await ask(page, 'GET', '/auth/me')).body.id, user.id)
})

test('two tabs that renew an expired cookie at once both pass, and go on with one session', async (t) => {
  const { context, page } = await signedIn(t)
  const other = await tab(context)
  await seconds(alive + 1)
  const answers = await Promise.all([page, other].map((one) => ask(one, 'GET', '/auth/check')))
  assert.deepEqual(answers.map(({ status }) => status), [204, 204])
  await seconds(grace + 1)
  // What is in the jar is the newest of what they were given: nobody takes it for stolen.
  assert.equal((await ask(page, 'GET', '/auth/check')).status, 204)
  assert.equal((await ask(other, 'GET', '/auth/sessions')).body.sessions.length, 1)
})

test('a cookie that was replaced long ago is taken for stolen, and ends the session', async (t) => {
  const { context, page } = await signedIn(t)
  const stolen = await cookie(context)
  await seconds(alive + 1)
  await ask(page, 'GET', '/auth/check')
  await seconds(grace + 1)
  const thief = await browser(t)
  await thief.addCookies([stolen])
  const caught = await ask(await tab(thief), 'GET', '/auth/check')
  assert.deepEqual([caught.status, caught.body.cause], [401, 'reuse-detected'])
  assert.equal(await cookie(thief), undefined)
  // Until then the owner's cookie passes there without the table.
  await seconds(alive + 1)
  const owner = await ask(page, 'GET', '/auth/check')
  assert.deepEqual([owner.status, owner.body.cause], [401, 'reuse-detected'])
})

test('the check tells why a session is over and removes the cookie, and a sign-out removes it at once', async (t) => {
  const { context, page, somebody } = await signedIn(t)
  const elsewhere = await browser(t)
  const there = await tab(elsewhere)
  assert.equal((await ask(there, 'POST', '/auth/login', somebody)).status, 200)
  assert.equal((await ask(there, 'DELETE', '/auth/sessions?keep=current')).status, 204)
  await seconds(alive + 1)
  const told = await ask(page, 'GET', '/auth/check')
  assert.deepEqual([told.status, told.body.cause], [401, 'logout-all'])
  assert.equal(await cookie(context), undefined)
  assert.equal((await ask(there, 'POST', '/auth/logout')).status, 204)
  assert.equal(await cookie(elsewhere), undefined)
})

test('a page that wants another page to sign in at is sent there', async (t) => {
  const context = await browser(t)
  const page = await tab(context, '/auth/check?return_to=%2Fnotes')
  const { pathname, searchParams } = new URL(page.url())
  assert.deepEqual([pathname, searchParams.get('return_to')], ['/auth/login', '/notes'])
})

test('a page of another port can neither read with the cookie, nor act with it, nor be given one', async (t) => {
  const { context, page, somebody } = await signedIn(t)
  for (const host of ['localhost', '127.0.0.1']) {
    const stranger = await foreignOrigin(t, host)
    const theirs = await tab(context, '/', stranger)
    const outcome = (method, path, body) =>
      theirs.evaluate(
        async ([url, method, body]) => {
          const init = { method, credentials: 'include', body, headers: body && { 'content-type': 'application/json' } }
          return fetch(url, init).then((response) => `read: ${response.status}`, () => 'unreadable')
        },
        [origin + path, method, body && JSON.stringify(body)],
      )
    assert.equal(await outcome('GET', '/auth/me'), 'unreadable')
    assert.equal(await outcome('DELETE', '/auth/sessions'), 'unreadable')
    assert.equal(await outcome('POST', '/auth/login', somebody), 'unreadable')
    const before = await cookie(context)
    // What needs no permission of CORS: a request whose answer nobody reads, and a form.
    await theirs.evaluate((url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }), `${origin}/auth/logout`)
    const answered = theirs.waitForResponse(`${origin}/auth/logout`)
    await theirs.evaluate((action) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action })
      document.body.append(form)
      form.submit()
    }, `${origin}/auth/logout`)
    // The other port is the same site, so the cookie came with it; 127.0.0.1 is another, and a sign-out of nobody.
    assert.equal((await answered).status(), host === 'localhost' ? 403 : 303)
    assert.equal((await cookie(context)).value, before.value)
    assert.equal((await ask(page, 'GET', '/auth/me')).status, 200)
  }
})

/** A page that is none of ours. */
async function foreignOrigin(t, host) {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title><body>')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://${host}:${server.address().port}`
}
