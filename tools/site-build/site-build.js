/**
 * What the builds of our browser applications have in common. A site is a folder with `index.html`, `src/` and `dist/`; names of
 * what it loads carry a hash of their content, so that a server may let them be kept for ever.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'

/** Output of an application's entry: it, and the chunks that it loads later. */
export const hashedModules = {
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
}

/** Empties `dist/`. */
export async function beginSite(root) {
  await rm(join(root, 'dist'), { recursive: true, force: true })
  await mkdir(join(root, 'dist', 'assets'), { recursive: true })
}

/**
 * Bundles one entry with all that it imports; what is imported lazily becomes files of its own. Returns the entry's file and what
 * a page loads of it before anything is asked for, by their names below `dist`.
 */
export async function bundle(root, entry, options) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
    ...options,
  })
  const outputs = Object.entries(metafile.outputs)
  const [file] = outputs.find(([, output]) => output.entryPoint === entry) ?? []
  if (file === undefined) throw new Error(`nothing was built of ${entry}`)
  return { file: file.slice('dist/'.length), loadedFirst: firstLoad(metafile.outputs, file) }
}

/** An entry and what it imports at once, with their own imports. */
function firstLoad(outputs, entry) {
  const files = new Set([entry])
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') files.add(path)
  }
  return [...files].map((file) => file.slice('dist/'.length))
}

/** Minifies `src/styles/tokens.css` into `assets/`; its name below `dist`. */
export async function writeStyles(root) {
  const source = await readFile(join(root, 'src/styles/tokens.css'), 'utf8')
  const { code } = await transform(source, { loader: 'css', minify: true })
  const name = `assets/styles-${hashOf(code).slice(0, 8)}.css`
  await writeFile(join(root, 'dist', name), code)
  return name
}

/** Puts names in place of the marks of `index.html`. */
export async function writePage(root, names) {
  const template = await readFile(join(root, 'index.html'), 'utf8')
  const page = Object.entries(names).reduce((text, [mark, name]) => text.replace(mark, name), template)
  await writeFile(join(root, 'dist', 'index.html'), page)
}

/** Says on stdout what a browser has to load before it shows anything. Fails a build whose load is not below `limitKilobytes`. */
export async function reportSizes(root, scripts, others, limitKilobytes = Infinity) {
  const sizesOf = (names) =>
    Promise.all(names.map(async (name) => gzipSync(await readFile(join(root, 'dist', name))).length))
  const [scriptSizes, otherSizes] = [await sizesOf(scripts), await sizesOf(others)]
  const kilobytes = (sizes) => sizes.reduce((sum, size) => sum + size, 0) / 1000
  const [script, total] = [kilobytes(scriptSizes), kilobytes([...scriptSizes, ...otherSizes])]
  process.stdout.write(`first load ${total.toFixed(1)} kB gzip (script ${script.toFixed(1)} kB)\n`)
  if (total >= limitKilobytes) throw new Error(`the first load must stay below ${limitKilobytes} kB gzip`)
}

export function hashOf(content) {
  return createHash('sha256').update(content).digest('hex')
}
