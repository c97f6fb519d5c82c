// One origin for the page and the API, as CloudFront makes it in examples/one-host: files from here and the client's `dist`,
// and everything below /auth/ from the issuer. The page's connection goes straight to the WebSocket API.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { parseArgs } from 'node:util'

const PAGES = { '/': 'index.html', '/app.js': 'app.js', '/style.css': 'style.css' }
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
const CLIENT = '../../clients/typescript/dist/'

/** Listens on localhost. `live` is the address of the WebSocket API, where the page may connect. */
export async function serve({ port, issuer, live }) {
  const policy = await contentSecurityPolicy(live && new URL(live).origin)
  const server = http.createServer((asked, response) => {
    const { pathname } = new URL(asked.url, 'http://localhost')
    if (/^\/auth\//.test(pathname)) return forward(issuer, asked, response)
    const client = /^\/client\/(\w+\.js)$/.exec(pathname)?.[1]
    const file = client ? CLIENT + client : PAGES[pathname]
    send(file, { 'content-security-policy': policy, 'x-content-type-options': 'nosniff' }, response)
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, 'localhost', resolve))
  return server
}

async function send(file, headers, response) {
  const body = file && (await readFile(new URL(file, import.meta.url)).catch(() => undefined))
  if (!body) return response.writeHead(404, headers).end()
  response.writeHead(200, { ...headers, 'content-type': `${TYPES[file.split('.').at(-1)]}; charset=utf-8` }).end(body)
}

function forward(issuer, asked, response) {
  const to = new URL(issuer.replace(/\/$/, '') + asked.url)
  const { request } = to.protocol === 'https:' ? https : http
  const { method, headers } = asked
  const onwards = request(to, { method, headers: { ...headers, host: to.host } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
  })
  onwards.on('error', () => response.destroy())
  asked.pipe(onwards)
}

/** Scripts of this origin only, and the import map, which browsers want inline. Connections to this origin and to one more. */
async function contentSecurityPolicy(live = '') {
  const page = await readFile(new URL('index.html', import.meta.url), 'utf8')
  const [, map] = /<script type="importmap">([^<]*)</.exec(page)
  const hash = createHash('sha256').update(map).digest('base64')
  return `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'; connect-src 'self' ${live}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const issuer = { type: 'string', default: 'http://localhost:9000' }
  const { port, ...others } = parseArgs({ options: { port: { type: 'string', default: '9002' }, issuer, live: { type: 'string' } } }).values
  await serve({ port: Number(port), ...others })
  console.log(`http://localhost:${port}`)
}
