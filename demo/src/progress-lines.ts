/** Progress for a terminal: one line a step, with its time. */
import type { Progress } from './system.ts'

export interface ProgressLines {
  readonly step: Progress
  line(text: string): void
}

export function progressLines(write: (text: string) => void, isTerminal: boolean): ProgressLines {
  return {
    async step(title, work) {
      const startedAt = performance.now()
      // Where lines can be written over, the step is shown while it runs.
      if (isTerminal) write(`        ${title}…\r`)
      const result = await work()
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      write(`${`${seconds} s`.padStart(7)} ${title}${isTerminal ? '  ' : ''}\n`)
      return result
    },
    line: (text) => write(`${text}\n`),
  }
}
