// Twenty connections of ten people in one room of a deployed stack, all of them writing. Between each client and the gateway stands
// somebody who cuts the line at any point, turns frames round, repeats them and loses some. Every client must end with every message
// once and in order. LATCHKEY_URL is the stack's `PublicUrl`; LATCHKEY_SOAK_ROOM a room for everybody; LATCHKEY_SOAK_MESSAGES how many
// messages, 500 unless given; with LATCHKEY_SOAK_CALM nobody stands in between, and what it prints is a benchmark.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import WebSocket from 'ws'
import { createClient } from '../../../clients/typescript/dist/index.js'
import { connect } from '../../../clients/typescript/dist/live.js'

const { LATCHKEY_URL: url, LATCHKEY_SOAK_ROOM: room, LATCHKEY_SOAK_MESSAGES = '500', LATCHKEY_SOAK_CALM: calm } = process.env
const MESSAGES = Number(LATCHKEY_SOAK_MESSAGES)
const PEOPLE = 10
const DEVICES = 2
/** How likely each is, for each frame. */
const CUT = 0.01
const LOSE = 0.02
const REPEAT = 0.05
/** Milliseconds by which frames are late, at most: enough for others to overtake them. */
const LATE = 400
/** Milliseconds without anything new after which it is taken for lost. */
const PATIENCE = 60_000

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const happens = (probability) => Math.random() < probability
let cuts = 0

/** A WebSocket whose network is bad. Only what is told without being asked is lost: an answer that is, is a cut line. */
class Troubled extends WebSocket {
  addEventListener(type, listener) {
    if (type !== 'message') return super.addEventListener(type, listener)
    return super.addEventListener(type, (event) => {
      if (happens(CUT)) return this.cut()
      const isTold = JSON.parse(event.data).type === 'message'
      if (!isTold) return listener(event)
      if (happens(LOSE)) return
      for (let times = happens(REPEAT) ? 2 : 1; times > 0; times--) setTimeout(() => listener(event), Math.random() * LATE)
    })
  }

  send(text) {
    if (happens(CUT / 2)) return this.cut()
    super.send(text)
    if (happens(CUT / 2)) this.cut()
  }

  cut() {
    cuts++
    this.terminate()
  }
}

/** Somebody with an account, on all of their devices. */
async function person(number, mark, sentAt) {
  const auth = createClient({ url })
  await auth.register({ email: `soak.${number}.${mark}@example.com`, password: `a walk by the ${mark}`, name: `Walker ${number}` })
  return Promise.all(Array.from({ length: DEVICES }, () => device(auth, mark, sentAt)))
}

async function device(auth, mark, sentAt) {
  const live = connect({ auth, url, carrier: 'query', WebSocket: calm ? WebSocket : Troubled })
  const heard = { live, sequences: [], texts: new Map(), latencies: [], gone: 0, ended: undefined }
  live.onGone(() => heard.gone++)
  live.onEnd((reason) => (heard.ended = reason))
  live.onMessage(({ room: where, sequence, body }) => {
    if (where !== room) return
    heard.sequences.push(sequence)
    if (body.mark !== mark) return
    heard.texts.set(body.text, (heard.texts.get(body.text) ?? 0) + 1)
    heard.latencies.push(Date.now() - sentAt.get(body.text))
  })
  await live.join(room)
  return heard
}

/** Waits until all have heard everything, for as long as somebody still hears something new. */
async function settle(devices) {
  const count = () => devices.reduce((sum, { texts }) => sum + texts.size, 0)
  for (let before = -1, since = Date.now(); count() < devices.length * MESSAGES; await wait(50)) {
    if (count() !== before) [before, since] = [count(), Date.now()]
    assert.ok(Date.now() - since < PATIENCE, `${count()} of ${devices.length * MESSAGES} were heard: ${devices.map(told).join(', ')}`)
  }
}

/** How far a device has come. */
const told = ({ live, sequences, texts }) => `${live.state} ${texts.size} (${sequences[0]} to ${sequences.at(-1)})`

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

test(`${MESSAGES} messages of ${PEOPLE * DEVICES} connections reach everybody once and in order`, async (t) => {
  assert.ok(url && room, 'LATCHKEY_URL and LATCHKEY_SOAK_ROOM are not set: cargo xtask soak sets them')
  const [mark, sentAt] = [crypto.randomUUID(), new Map()]
  const people = await Promise.all(Array.from({ length: PEOPLE }, (_, number) => person(number, mark, sentAt)))
  const devices = people.flat()
  t.after(() => devices.forEach(({ live }) => live.close()))
  const started = Date.now()
  await Promise.all(devices.map(async ({ live }, index) => {
    for (let number = index; number < MESSAGES; number += devices.length) {
      sentAt.set(`${number}`, Date.now())
      await live.send(room, { mark, text: `${number}` })
    }
  }))
  const stored = (Date.now() - started) / 1000
  // The last message may be lost on its way: one more tells of it, until one arrives.
  const nudge = setInterval(() => devices[0].live.send(room, { mark: 'nudge' }).catch(() => {}), 2_000)
  try {
    await settle(devices)
  } finally {
    clearInterval(nudge)
  }
  const seconds = (Date.now() - started) / 1000
  const latencies = devices.flatMap((each) => each.latencies).sort((one, other) => one - other)
  const [rate, deliveries] = [(MESSAGES / stored).toFixed(1), ((MESSAGES * devices.length) / seconds).toFixed(0)]
  console.log(`${MESSAGES} messages stored in ${stored.toFixed(1)} s: ${rate} a second; ${deliveries} deliveries a second`)
  console.log(`sent to heard: half in ${percentile(latencies, 0.5)} ms, 95 % in ${percentile(latencies, 0.95)} ms; lines cut: ${cuts}`)
  for (const { sequences, texts, gone, ended } of devices) {
    assert.deepEqual([ended, gone], [undefined, 0])
    assert.deepEqual(sequences, sequences.map((_, index) => sequences[0] + index), 'no number is left out, repeated or out of order')
    assert.equal(texts.size, MESSAGES)
    assert.ok([...texts.values()].every((times) => times === 1), 'each message once')
  }
  assert.ok(calm || cuts > 0, 'the network was never bad')
})
