// One origin for the page and the API, as CloudFront makes it in examples/one-host: files from here and the client's `dist`,
// and everything below /auth/ and /.well-known/ from the issuer.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { parseArgs } from 'node:util'

const PAGES = { '/': 'index.html', '/app.js': 'app.js', '/style.css': 'style.css' }
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
const CLIENT = '../../clients/typescript/dist/'

/** Listens on localhost; a `port` of 0 is any. */
export async function serve({ port, issuer }) {
  const policy = await contentSecurityPolicy()
  const server = createServer((asked, response) => {
    const { pathname } = new URL(asked.url, 'http://localhost')
    if (/^\/(auth|\.well-known)\//.test(pathname)) return forward(issuer, asked, response)
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
  const { method, headers } = asked
  const onwards = request(new URL(asked.url, issuer), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
  })
  onwards.on('error', () => response.destroy())
  asked.pipe(onwards)
}

/** Scripts of this origin only, and the import map, which browsers want inline. */
async function contentSecurityPolicy() {
  const page = await readFile(new URL('index.html', import.meta.url), 'utf8')
  const [, map] = /<script type="importmap">([^<]*)</.exec(page)
  const hash = createHash('sha256').update(map).digest('base64')
  return `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const options = { port: { type: 'string', default: '9001' }, issuer: { type: 'string', default: 'http://localhost:9000' } }
  const { port, issuer } = parseArgs({ options }).values
  await serve({ port: Number(port), issuer })
  console.log(`http://localhost:${port}`)
}
