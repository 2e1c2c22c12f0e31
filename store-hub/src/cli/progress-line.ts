import type { ReportProgress } from '../administration/index.ts'
import { printable } from './format.ts'

export interface Screen extends Pick<NodeJS.WritableStream, 'write'> {
  readonly isTTY?: boolean
}

const clearLine = '\r\u001b[K'

/** One line that is written over and over; nothing where nobody watches (a pipe, a log file). */
export function createProgressLine(screen: Screen): { readonly report: ReportProgress; clear(): void } {
  if (screen.isTTY !== true) return { report: () => undefined, clear: () => undefined }
  let isShown = false
  return {
    report({ step, share }) {
      isShown = true
      screen.write(`${clearLine}${String(Math.floor(share * 100)).padStart(3)} %  ${printable(step)}`)
    },
    clear() {
      if (isShown) screen.write(clearLine)
      isShown = false
    },
  }
}
