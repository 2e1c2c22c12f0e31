/** Before the first test: builds the terminal and the console if their sources are newer than what was built last. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export function setup(): void {
  execFileSync('sh', ['tools/setup.sh', 'terminal', 'console'], { cwd: repository, stdio: 'inherit' })
}
