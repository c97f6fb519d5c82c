// The pages of Latchkey as people use them: without a script, with keyboard and eyes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alive, origin } from './given.mjs'
import { browser, newcomer, seconds, tab } from './chromium.mjs'
import { look } from './look.mjs'

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, locale: 'en-US' }
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const path = (page) => page.url().slice(origin.length)
const says = (page, words) => page.getByText(words).first().waitFor()

async function enter(page, fields, button) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text)
  await press(page, button)
}

const credentials = ({ email, password }) => ({ Email: email, Password: password })

/** A browser in which somebody has made an account with the form. */
async function registered(t, options) {
  const context = await browser(t, options)
  const page = await tab(context, '/auth/register')
  const somebody = newcomer()
  await enter(page, credentials(somebody), 'Create account')
  await page.waitForURL('**/auth/account')
  return { context, page, somebody }
}

test('without a script somebody makes an account, looks after it and signs out', async (t) => {
  const { page, somebody } = await registered(t, WITHOUT_SCRIPTS)
  await says(page, somebody.email)
  const elsewhere = await tab(await browser(t, WITHOUT_SCRIPTS), '/auth/login?return_to=%2Fauth%2Faccount%3Fx')
  await enter(elsewhere, { ...credentials(somebody), Password: 'not the password' }, 'Sign in')
  assert.equal(await elsewhere.getByRole('alert').count(), 1)
  assert.equal(await elsewhere.getByLabel('Email').inputValue(), somebody.email)
  assert.equal(await elsewhere.getByLabel('Password').inputValue(), '')
  await enter(elsewhere, credentials(somebody), 'Sign in')
  assert.equal(path(elsewhere), '/auth/account?x')

  await page.reload()
  await press(page, 'Sign out all other devices')
  await says(page, 'All other devices are signed out.')
  await elsewhere.reload()
  await says(elsewhere, 'You have signed out on all devices.')
  assert.ok(path(elsewhere).startsWith('/auth/login'), path(elsewhere))

  const change = (current, next) => ({ 'Current password': current, 'New password': next })
  const next = newcomer().password
  await enter(page, change('not the password', next), 'Change password')
  await says(page, 'The current password is wrong.')
  await enter(page, change(somebody.password, next), 'Change password')
  await says(page, 'The password is changed.')
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click()
  await says(page, 'You have signed out.')
  await enter(page, credentials(somebody), 'Sign in')
  await says(page, 'Email or password is wrong.')
  await enter(page, { ...credentials(somebody), Password: next }, 'Sign in')
  await page.waitForURL('**/auth/account')
})

test('a session goes on from page to page when its cookie has expired', async (t) => {
  const { page, somebody } = await registered(t, WITHOUT_SCRIPTS)
  await seconds(alive + 1)
  await page.goto(`${origin}/auth/login?return_to=/auth/account`)
  await says(page, somebody.email)
})

test('whoever must sign in first comes back to where they were going, and nowhere else', async (t) => {
  const { context, page, somebody } = await registered(t, WITHOUT_SCRIPTS)
  await context.clearCookies()
  await page.goto(`${origin}/auth/account`)
  assert.equal(path(page), '/auth/login?return_to=%2Fauth%2Faccount')
  for (const elsewhere of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    await context.clearCookies()
    await page.goto(`${origin}/auth/login?return_to=${encodeURIComponent(elsewhere)}`)
    await enter(page, credentials(somebody), 'Sign in')
    await page.waitForURL(`${origin}/auth/account`)
  }
})

test('every page can be read and used by everybody, on a phone and a desktop, in light and dark', async (t) => {
  const { context, page, somebody } = await registered(t, { locale: 'en-US' })
  await look(page, 'account')
  await context.clearCookies()
  for (const name of ['login', 'register']) {
    await page.goto(`${origin}/auth/${name}`)
    await look(page, name)
  }
  await enter(page, { Email: somebody.email, Password: somebody.email }, 'Create account')
  await page.getByRole('alert').waitFor()
  await look(page, 'register-refused')
})

test('a browser that prefers German is spoken to in German', async (t) => {
  const page = await tab(await browser(t, { ...WITHOUT_SCRIPTS, locale: 'de-DE' }), '/auth/login')
  assert.equal(await page.locator('html').getAttribute('lang'), 'de')
})
