// All that a chat page does with the client and its connection. What others wrote is put in as text, never as HTML.
import { createClient, LatchkeyError } from 'latchkey-client'
import { connect } from 'latchkey-client/live'

const auth = createClient({ url: location.origin, store: localStorage })
const at = (id) => document.getElementById(id)
/** The parts of the page for each room, by its id. */
const places = new Map()
/** Where everybody is who comes to this page. */
const ROOMS = ['lobby', 'tea']
let live

const words = (error) => [error.title, error.detail, ...error.errors.map(({ detail }) => detail)].filter(Boolean).join(' ')

function show(text) {
  at('says').textContent = text
  at('chat').hidden = !live
  at('sign-in').hidden = Boolean(live)
}

/** Runs one action, and says what went wrong in words. */
async function attempt(action) {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error
    at('says').textContent = words(error)
  }
}

/** For the user who is signed in now, until their session is over. */
function begin() {
  const carrier = new URLSearchParams(location.search).get('carrier') ?? 'protocol'
  live = connect({ auth, url: location.origin, carrier })
  at('state').textContent = live.state
  live.onState((state) => (at('state').textContent = state))
  live.onRooms(arrange)
  live.onMessage((message) => write(message.room, message.from.name ?? 'Somebody', message))
  live.onGone(({ room, first, last }) => note(room, `Messages ${first} to ${last} are not kept any more.`))
  live.onEnd((reason) => over(reason.slug === 'session-ended' ? `The session is over: ${reason.endCause}.` : words(reason)))
  show(`You are ${auth.user.name ?? auth.user.email}.`)
  // Joining waits for the connection; who is there already stays.
  for (const room of ROOMS) attempt(() => live.join(room))
}

function over(text) {
  live = undefined
  arrange([])
  show(text)
}

/** One section for each room; those that are there stay as they are. */
function arrange(rooms) {
  for (const [id, { section }] of places) {
    if (rooms.some((room) => room.id === id)) continue
    section.remove()
    places.delete(id)
  }
  for (const room of rooms) if (!places.has(room.id)) places.set(room.id, build(room))
  at('nowhere').hidden = rooms.length > 0
  at('rooms').replaceChildren(...rooms.map(link))
}

function link({ id, name }) {
  const link = document.createElement('a')
  link.href = `#room-${id}`
  link.textContent = name
  return link
}

function build({ id, name }) {
  const section = at('place').content.cloneNode(true).firstElementChild
  const [heading, log, form] = ['h2', 'div', 'form'].map((name) => section.querySelector(name))
  section.id = `room-${id}`
  heading.id = `name-${id}`
  heading.textContent = name
  section.setAttribute('aria-labelledby', heading.id)
  log.setAttribute('aria-labelledby', heading.id)
  form.setAttribute('aria-label', `Write in ${name}`)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const { text } = form.elements
    // It waits while the connection is away, and fails only if it is refused.
    attempt(() => live.send(id, { text: text.value }))
    text.value = ''
  })
  at('places').append(section)
  return { section, log }
}

/** Every message is handed on once and in order, so that a page only appends. */
function write(room, name, { from, at: seconds, body }) {
  const [who, when] = [document.createElement('strong'), document.createElement('time')]
  who.textContent = from.id === auth.user?.id ? 'You' : name
  when.dateTime = new Date(seconds * 1000).toISOString()
  when.textContent = new Date(seconds * 1000).toLocaleTimeString([], { timeStyle: 'short' })
  const text = document.createElement('span')
  text.textContent = typeof body?.text === 'string' ? body.text : 'Something that this page does not show.'
  add(room, who, ' ', when, ' ', text)
}

function note(room, text) {
  const line = document.createElement('em')
  line.textContent = text
  add(room, line)
}

function add(room, ...parts) {
  const log = places.get(room)?.log
  if (!log) return
  const item = document.createElement('li')
  item.append(...parts)
  log.firstElementChild.append(item)
  log.scrollTop = log.scrollHeight
}

at('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const [email, password, name] = ['email', 'password', 'name'].map((field) => form.elements[field].value)
  attempt(async () => {
    await (event.submitter?.name === 'register' ? auth.register({ email, password, ...(name && { name }) }) : auth.login({ email, password }))
    form.reset()
    begin()
  })
})

at('logout').addEventListener('click', () => attempt(() => auth.logout()))
at('logout-everywhere').addEventListener('click', () => attempt(() => auth.logout({ everywhere: true })))

await attempt(async () => {
  if (await auth.restore()) begin()
  else show('Nobody is signed in.')
})
if (!live) at('sign-in').hidden = false
