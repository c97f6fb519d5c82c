// How a page looks and whether everybody can use it: on a phone and on a desktop, in light and in dark.

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import { artefacts } from './given.mjs'

const SIZES = { phone: { width: 375, height: 812 }, desktop: { width: 1280, height: 800 } }
/** The levels A and AA of WCAG 2.2. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Takes the four pictures of what `page` shows now, and fails for what axe finds in any, or when it is wider than the screen. */
export async function look(page, name) {
  await mkdir(artefacts, { recursive: true })
  const before = page.viewportSize()
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      const picture = `${name}-${size}-${colorScheme}`
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(artefacts, `${picture}.png`), fullPage: true })
      assert.deepEqual(await violations(page), [], picture)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${picture} is too wide`)
    }
  }
  await page.emulateMedia({ colorScheme: null })
  if (before) await page.setViewportSize(before)
}

/** What axe finds: the rule, and where. */
async function violations(page) {
  await page.evaluate(axe.source)
  const found = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: 'tag', values } }), RULES)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
