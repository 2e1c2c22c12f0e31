/**
 * Builds the till into `dist/`: hashed script and styles, the page that names them, icons, manifest, and a service worker that carries
 * the list of all of them with their content hashes.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beginSite, bundle, hashedModules, hashOf, reportSizes, writePage, writeStyles } from '@tidemark/site-build'
import { drawIconPng } from './icon-png.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
/** Of a till on a slow line. What is not needed to show and to sell is imported where it is. */
const maxFirstLoadKilobytes = 130

await beginSite(root)
const { file: script, loadedFirst } = await bundle(root, 'src/entrypoints/main.ts', hashedModules)
const styles = await writeStyles(root)
await writePage(root, { '%SCRIPT%': `/${script}`, '%STYLES%': `/${styles}`, '%VERSION%': await versionOf(script) })
await writeFile(join(dist, 'icon.svg'), await readFile(join(root, 'icon.svg')))
await writeFile(join(dist, 'icon-192.png'), drawIconPng(192))
await writeFile(join(dist, 'icon-512.png'), drawIconPng(512))
await writeFile(join(dist, 'manifest.webmanifest'), JSON.stringify(manifest(), null, 2))
await writeServiceWorker()
await reportSizes(root, loadedFirst, ['index.html', styles], maxFirstLoadKilobytes)

/** The release and, so that two builds of one release can be told apart, a part of the script's hash. */
async function versionOf(scriptName) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return `${version} (${hashOf(scriptName).slice(0, 8)})`
}

function manifest() {
  const icon = (size) => ({ src: `/icon-${size}.png`, sizes: `${size}x${size}`, type: 'image/png' })
  return {
    id: '/',
    name: 'Tidemark till',
    short_name: 'Tidemark',
    description: 'Sells with or without a network.',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#eef2f3',
    theme_color: '#07424b',
    icons: [
      icon(192),
      icon(512),
      { ...icon(512), purpose: 'maskable' },
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
    ],
  }
}

/** The service worker comes last: it names every other file. Names with a hash in them need no revision of their own. */
async function writeServiceWorker() {
  const names = await readdir(dist, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const entries = await Promise.all(
    files.sort().map(async (path) => {
      const url = path.slice(dist.length)
      return { url, revision: url.startsWith('/assets/') ? null : hashOf(await readFile(path)) }
    }),
  )
  const list = `const PRECACHE_MANIFEST = ${JSON.stringify(entries)};`
  await bundle(root, 'src/entrypoints/service-worker.ts', {
    outfile: 'dist/sw.js',
    format: 'iife',
    banner: { js: list },
  })
}
