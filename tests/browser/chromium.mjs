// Browsers with nobody in them: one process of Chromium for a file of tests, one context (its own cookies, its own storage) for
// each browser that a test speaks of. Tabs are pages of one context.

import { after, before } from 'node:test'
import { chromium as driver } from 'playwright-core'
import { chromium, origin } from './given.mjs'

let running

before(async () => {
  // Chromium's sandbox needs rights that containers do not have; what is shown here is our own.
  running = await driver.launch({ executablePath: chromium, args: ['--no-sandbox'] })
})
after(() => running?.close())

/** A browser until the test `t` ends, in which every page has to do without an error of its own. */
export async function browser(t, options = {}) {
  const context = await running.newContext(options)
  context.setDefaultTimeout(15_000)
  const errors = []
  context.on('weberror', (error) => errors.push(error.error()))
  t.after(async () => {
    await context.close()
    if (errors.length > 0) throw new Error(`a page failed: ${errors.join('; ')}`)
  })
  return context
}

/** A tab at `path`. Any path of the origin is a page, the 404 too. */
export async function tab(context, path = '/nothing-here', at = origin) {
  const page = await context.newPage()
  await page.goto(at + path)
  return page
}

/** What a `fetch` of the page says. */
export const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const headers = body && { 'content-type': 'application/json' }
      const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) })
      const text = await response.text()
      return { status: response.status, body: text && JSON.parse(text) }
    },
    [method, path, body],
  )

/** Everything that goes to a path, as it passes by. */
export function requests(context, path) {
  const seen = []
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === path) seen.push(request)
  })
  return seen
}

/** Somebody who has no account yet. */
export const newcomer = () => ({
  email: `ada.${crypto.randomUUID()}@example.com`,
  password: `a walk by the ${crypto.randomUUID()}`,
})

export const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000))
