// examples/spa: what its README promises, in a browser.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serve } from '../../examples/spa/server.mjs'
import { browser, newcomer, requests, seconds, tab } from './chromium.mjs'
import { accessToken, alive, origin } from './given.mjs'
import { look } from './look.mjs'

let server
let page

before(async () => {
  server = await serve({ port: 0, issuer: origin })
  page = `http://localhost:${server.address().port}`
})
after(() => {
  server.close()
  server.closeAllConnections()
})

const says = (one, words) => one.getByRole('status').filter({ hasText: words }).waitFor()
const press = (one, name) => one.getByRole('button', { name, exact: true }).click()

async function enter(one, { email, password }, button) {
  await one.getByLabel('Email').fill(email)
  await one.getByLabel('Password').fill(password)
  await press(one, button)
}

/** A browser in which somebody has made an account. */
async function registered(t, path = '/') {
  const context = await browser(t)
  const one = await tab(context, path, page)
  await says(one, 'Nobody is signed in.')
  const somebody = newcomer()
  await enter(one, somebody, 'Make an account')
  await says(one, `You are ${somebody.email}.`)
  return { context, one, somebody }
}

for (const isCookie of [false, true]) {
  const [path, transport] = isCookie ? ['/?cookie', 'a cookie'] : ['/', 'tokens']
  // A token that was used is renewed once by a timer: that of the one after is over as well.
  const expiry = isCookie ? alive + 1 : 2 * accessToken

  test(`with ${transport} a session is shared by tabs, survives a reload, and its end is told in all`, async (t) => {
    const { context, one, somebody } = await registered(t, path)
    await press(one, 'Call the API')
    await one.getByText(`"email":"${somebody.email}"`).waitFor()
    await one.reload()
    await says(one, `You are ${somebody.email}.`)
    const other = await tab(context, path, page)
    await says(other, `You are ${somebody.email}.`)
    await press(other, 'Sign out')
    await says(other, 'The session is over: logout.')
    await says(one, 'The session is over: logout, not in this tab.')
    await enter(one, { ...somebody, password: 'something else' }, 'Sign in')
    await says(one, 'Email or password is wrong.')
    await enter(one, somebody, 'Sign in')
    await says(one, `You are ${somebody.email}.`)
  })

  test(`with ${transport} an expired credential is renewed once for two tabs, and a sign-out elsewhere is told`, async (t) => {
    const { context, one, somebody } = await registered(t, path)
    const other = await tab(context, path, page)
    await says(other, `You are ${somebody.email}.`)
    await seconds(expiry)
    const renewals = requests(context, isCookie ? '/auth/check' : '/auth/refresh')
    await Promise.all([one, other].map((each) => press(each, 'Call the API')))
    for (const each of [one, other]) await each.getByText(`200 {`).waitFor()
    // One token is renewed, however often a slow answer is asked for again. With a cookie each tab asks.
    const renewed = new Set(renewals.map((request) => request.postData()))
    assert.equal(renewed.size, 1, `${renewed.size} renewals`)

    const elsewhere = await tab(await browser(t), path, page)
    await enter(elsewhere, somebody, 'Sign in')
    await says(elsewhere, `You are ${somebody.email}.`)
    await press(elsewhere, 'Sign out everywhere')
    await says(elsewhere, 'The session is over: logout-all.')
    if (isCookie) await seconds(expiry)
    // A token that was used is renewed by a timer, so the page hears of it by itself; a cookie is not.
    if (isCookie) await press(one, 'Call the API')
    await says(one, 'The session is over: logout-all, not in this tab.')
    await says(other, 'The session is over: logout-all, not in this tab.')
  })
}

test('the page can be used by everybody, on every screen', async (t) => {
  const { one } = await registered(t)
  await press(one, 'Call the API')
  await one.getByText('200 {').waitFor()
  await look(one, 'spa-signed-in')
  await press(one, 'Sign out')
  await says(one, 'The session is over: logout.')
  await look(one, 'spa-signed-out')
})
