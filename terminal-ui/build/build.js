/**
 * Builds the till into `dist/`: hashed script and styles, the page that names them, icons, manifest, and a service worker that carries
 * the list of all of them with their content hashes.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import commonjs from '@rollup/plugin-commonjs'
import resolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { transform } from 'esbuild'
import { rollup } from 'rollup'
import { drawIconPng } from './icon-png.js'
import { transformPlugin } from './transform-plugin.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

await rm(dist, { recursive: true, force: true })
await mkdir(join(dist, 'assets'), { recursive: true })

const script = await bundle('src/entrypoints/main.ts', {
  dir: dist,
  format: 'es',
  entryFileNames: 'assets/[name]-[hash].js',
  chunkFileNames: 'assets/[name]-[hash].js',
  sourcemap: false,
})
const styles = await writeStyles()
await writePage({ '%SCRIPT%': `/${script}`, '%STYLES%': `/${styles}` })
await writeFile(join(dist, 'icon.svg'), await readFile(join(root, 'icon.svg')))
await writeFile(join(dist, 'icon-192.png'), drawIconPng(192))
await writeFile(join(dist, 'icon-512.png'), drawIconPng(512))
await writeFile(join(dist, 'manifest.webmanifest'), JSON.stringify(manifest(), null, 2))
await writeServiceWorker()
await reportSizes()

async function bundle(input, output, banner = '') {
  const build = await rollup({
    input: join(root, input),
    plugins: [
      resolve({ browser: true, preferBuiltins: false, extensions: ['.ts', '.mjs', '.js'] }),
      commonjs(),
      transformPlugin(),
      terser({ ecma: 2020, module: output.format === 'es', compress: { passes: 2 } }),
    ],
    onwarn(warning, warn) {
      // PouchDB's own modules are written in a circle.
      if (warning.code !== 'CIRCULAR_DEPENDENCY') warn(warning)
    },
  })
  const { output: files } = await build.write({ ...output, intro: banner })
  await build.close()
  return files[0].fileName
}

async function writeStyles() {
  const source = await readFile(join(root, 'src/styles/tokens.css'), 'utf8')
  const { code } = await transform(source, { loader: 'css', minify: true })
  const name = `assets/styles-${hashOf(code).slice(0, 8)}.css`
  await writeFile(join(dist, name), code)
  return name
}

async function writePage(names) {
  const template = await readFile(join(root, 'index.html'), 'utf8')
  const page = Object.entries(names).reduce((text, [mark, name]) => text.replace(mark, name), template)
  await writeFile(join(dist, 'index.html'), page)
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
  await bundle('src/entrypoints/service-worker.ts', { file: join(dist, 'sw.js'), format: 'iife' }, list)
}

async function reportSizes() {
  const firstLoad = ['index.html', script, styles]
  const sizes = await Promise.all(firstLoad.map(async (name) => gzipSync(await readFile(join(dist, name))).length))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  process.stdout.write(
    `first load ${(total / 1000).toFixed(1)} kB gzip (script ${((sizes[1] ?? 0) / 1000).toFixed(1)} kB)\n`,
  )
}

function hashOf(content) {
  return createHash('sha256').update(content).digest('hex')
}
