/** The keys of the till, for the sheet behind F1. A feature with keys of its own adds a group. */
import { msg } from '@lit/localize'

export interface Shortcut {
  readonly keys: readonly string[]
  readonly what: string
}

export interface ShortcutGroup {
  readonly title: string
  readonly shortcuts: readonly Shortcut[]
}

export function shortcutGroups(): ShortcutGroup[] {
  return [
    {
      title: msg('Everywhere'),
      shortcuts: [
        { keys: ['F1', '?'], what: msg('This list') },
        { keys: ['Alt', '1 … 9'], what: msg('Go to a section') },
        { keys: ['Alt', 'L'], what: msg('Lock, or change who is selling') },
        { keys: [msg('Esc')], what: msg('Close what is open') },
      ],
    },
    {
      title: msg('Selling'),
      shortcuts: [
        { keys: ['F2'], what: msg('Search; any letter or digit does, too') },
        { keys: ['↑', '↓', msg('Enter')], what: msg('Choose a result') },
        { keys: ['F6'], what: msg('Discount on the cart') },
        { keys: ['F7'], what: msg('Customer') },
        { keys: ['F8'], what: msg('Put the cart aside, or bring one back') },
        { keys: ['Ctrl', 'Z'], what: msg('Take back the last change of the cart') },
        { keys: ['F9'], what: msg('Pay') },
        { keys: ['0 … 9', msg('Enter')], what: msg('Type what is given, and confirm') },
        { keys: [msg('Enter')], what: msg('New sale, when a receipt is shown') },
      ],
    },
  ]
}
