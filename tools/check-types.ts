// Type-checks the two worlds of this repository: what runs in Node and what runs in a browser.
// They differ in their global types, so each has a tsconfig of its own.
import { spawnSync } from 'node:child_process'

const compiler = new URL('../node_modules/ts7/bin/tsc', import.meta.url).pathname
const projects = ['tsconfig.json', 'tsconfig.browser.json']
const failed = projects.filter(
  (project) =>
    spawnSync(process.execPath, [compiler, '-p', project, ...remember(project)], { stdio: 'inherit' }).status !== 0,
)
process.exit(failed.length === 0 ? 0 : 1)

/** What was found the last time is kept, so that only what has changed since is looked at again. */
function remember(project: string): string[] {
  const file = new URL(`../node_modules/.cache/${project.replace(/json$/, 'tsbuildinfo')}`, import.meta.url).pathname
  return ['--incremental', '--tsBuildInfoFile', file]
}
