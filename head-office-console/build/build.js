/** Builds the console into `dist/`: hashed script and styles, the page that names them, the icon. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beginSite, bundle, hashedModules, reportSizes, writePage, writeStyles } from '@tidemark/site-build'

const root = fileURLToPath(new URL('..', import.meta.url))

await beginSite(root)
const { file: script, loadedFirst } = await bundle(root, 'src/entrypoints/main.ts', hashedModules)
const styles = await writeStyles(root)
// Without a slash in front: the console lies below a path of its server.
await writePage(root, { '%SCRIPT%': script, '%STYLES%': styles })
await copyFile(join(root, 'icon.svg'), join(root, 'dist', 'icon.svg'))
await reportSizes(root, loadedFirst, ['index.html', styles])
