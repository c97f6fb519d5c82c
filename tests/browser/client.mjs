// An application's page beside the API, and clients/typescript as it is built for that page to import.

import { fileURLToPath } from 'node:url'
import { origin } from './given.mjs'

const DIST = fileURLToPath(new URL('../../clients/typescript/dist/', import.meta.url))

/** Answers `/page` with an empty page under this policy, and `/client/` with the built files. */
export async function serveClient(context, policy = '') {
  const headers = { 'content-type': 'text/html', 'content-security-policy': policy }
  await context.route(`${origin}/page`, (route) => route.fulfill({ headers, body: '<!doctype html><title>Page</title>' }))
  await context.route(/\/client\/\w+\.js$/, (route) => {
    const file = new URL(route.request().url()).pathname.split('/').at(-1)
    return route.fulfill({ contentType: 'text/javascript', path: DIST + file })
  })
}
