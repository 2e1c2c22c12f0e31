/** Before the first test: builds the terminal if its sources are newer than what was built last. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export function setup(): void {
  execFileSync('sh', ['tools/setup.sh', 'terminal'], { cwd: repository, stdio: 'inherit' })
}
