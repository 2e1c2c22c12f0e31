/** A passing message to the cashier. */
export interface Notice {
  readonly id: number
  readonly tone: 'plain' | 'warning'
  readonly text: string
  readonly undo?: () => void
}
