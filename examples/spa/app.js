// All that a page does with the client. The query `?cookie` takes the client of the other transport: nothing else changes.
import { LatchkeyError } from 'latchkey-client'

const isCookie = location.search === '?cookie'
const { createClient } = await import(isCookie ? 'latchkey-client/cookie' : 'latchkey-client')
const auth = createClient({ url: location.origin, store: localStorage })

const at = (id) => document.getElementById(id)

function show(words) {
  at('says').textContent = auth.user ? `You are ${auth.user.email}.` : words
  at('session').hidden = !auth.user
  at('sign-in').hidden = Boolean(auth.user)
  at('answer').hidden = true
}

/** Runs one action, and says what went wrong in words. Every failure of the client has a `title`, and often a `detail`. */
async function attempt(action) {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error
    at('says').textContent = [error.title, error.detail, ...error.errors.map(({ detail }) => detail)].filter(Boolean).join(' ')
  }
}

at('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const credentials = { email: form.elements.email.value, password: form.elements.password.value }
  attempt(async () => {
    await (event.submitter?.name === 'register' ? auth.register(credentials) : auth.login(credentials))
    form.reset()
    show()
  })
})

at('call').addEventListener('click', () =>
  attempt(async () => {
    // As `fetch`. A token or cookie that has expired meanwhile is renewed first, once for all tabs.
    const response = await auth.fetch('/auth/me')
    if (!auth.user) return
    at('answer').textContent = `${response.status} ${await response.text()}`
    at('answer').hidden = false
  }))

at('logout').addEventListener('click', () => attempt(() => auth.logout()))
at('logout-everywhere').addEventListener('click', () => attempt(() => auth.logout({ everywhere: true })))

// Here, in another tab, on another device, or because of its age.
auth.onSessionEnd(({ cause, elsewhere }) => show(`The session is over: ${cause}${elsewhere ? ', not in this tab' : ''}.`))

at('transport').textContent = isCookie ? 'a cookie' : 'tokens'
await attempt(async () => {
  await auth.restore()
  if (auth.user || at('says').textContent.startsWith('Asking')) show('Nobody is signed in.')
})
at('sign-in').hidden = Boolean(auth.user)
