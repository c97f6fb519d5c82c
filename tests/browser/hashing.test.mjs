// Passwords that stay in the page: the client's second entry point under a real Content-Security-Policy.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browser, newcomer, tab } from './chromium.mjs'
import { serveClient } from './client.mjs'

const POLICY = "default-src 'self'; script-src 'self'"
const WITH_WASM = `${POLICY} 'wasm-unsafe-eval'`

/** A page under `policy` whose client sends hashes alone, and the bodies that it has sent by path. */
async function hashing(t, policy) {
  const context = await browser(t)
  await serveClient(context, policy)
  const sent = []
  context.on('request', (request) => {
    if (request.method() === 'POST') sent.push([new URL(request.url()).pathname, request.postData()])
  })
  const page = await tab(context, '/page')
  await page.evaluate(async () => {
    const [{ createClient }, { hashPasswords }] = await Promise.all([import('/client/cookie.js'), import('/client/hashing.js')])
    globalThis.auth = createClient({ url: location.origin, hashing: hashPasswords({ mode: 'required' }) })
  })
  return { page, sent }
}

const call = (page, method, argument) =>
  page.evaluate(
    ([method, argument]) => globalThis.auth[method](argument).then(() => 'done', ({ slug }) => slug),
    [method, argument],
  )

test('a page sends no password, and its user can sign in by the form too', async (t) => {
  const { page, sent } = await hashing(t, WITH_WASM)
  const somebody = newcomer()
  assert.equal(await call(page, 'register', somebody), 'done')
  const next = newcomer().password
  assert.equal(await call(page, 'changePassword', { currentPassword: somebody.password, newPassword: next }), 'done')
  assert.equal(await call(page, 'logout'), 'done')
  assert.equal(await call(page, 'login', somebody), 'invalid-credentials')
  assert.equal(await call(page, 'login', { ...somebody, password: next }), 'done')
  assert.ok(sent.length >= 9, `${sent.length} requests`)
  for (const [path, body] of sent) {
    assert.ok(!body?.includes(somebody.password) && !body?.includes(next), `a password was sent to ${path}`)
  }

  const form = await tab(await browser(t, { javaScriptEnabled: false }), '/auth/login')
  await form.getByLabel('Email').fill(somebody.email)
  await form.getByLabel('Password').fill(next)
  await form.getByRole('button', { name: 'Sign in' }).click()
  await form.waitForURL('**/auth/account')
})

test('a page that may run no WebAssembly fails and sends nothing instead', async (t) => {
  const { page, sent } = await hashing(t, POLICY)
  const somebody = newcomer()
  assert.equal(await call(page, 'register', somebody), 'hashing-failed')
  assert.equal(await call(page, 'register', { ...somebody, password: 'password' }), 'invalid-input')
  assert.deepEqual(sent, [['/auth/salt', JSON.stringify({ email: somebody.email })]])
})
