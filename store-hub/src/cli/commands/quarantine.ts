import type { QuarantineItem } from '@tidemark/contracts'
import { usageError } from '../cli-error.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import { formatAgo, formatBytes, formatCount, formatFields, formatTable, printable } from '../format.ts'

const defaultLimit = 50
const maxLimit = 500
const shownReason = 60
const byOption = { by: { type: 'string', value: 'person', description: 'who decides, for the sync log' } } as const

const listCommand: Command = {
  words: ['quarantine', 'list'],
  summary: 'refused documents, newest first',
  positionals: [],
  options: {
    state: { type: 'string', value: 'state', description: 'open (default), accepted, discarded or all' },
    database: { type: 'string', value: 'name', description: 'only of this database' },
    origin: {
      type: 'string',
      value: 'sender',
      description: 'only of this terminal, such as s001-t03-2, or of central',
    },
    limit: { type: 'string', value: 'number', description: `1 to ${maxLimit}, default ${defaultLimit}` },
    after: { type: 'string', value: 'position', description: 'go on after the page before' },
  },
  async run({ hub, arguments: { text }, nowMs }) {
    const state = text('state') ?? 'open'
    if (!['open', 'accepted', 'discarded', 'all'].includes(state)) {
      throw usageError(`--state is open, accepted, discarded or all, not "${state}"`)
    }
    const limit = Number(text('limit') ?? defaultLimit)
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) throw usageError(`--limit is 1 to ${maxLimit}`)
    const page = await (
      await hub()
    ).listQuarantine({
      state: state === 'all' ? undefined : state,
      database: text('database'),
      origin: text('origin'),
      limit,
      after: text('after'),
    })
    const more = page.nextAfter === null ? [] : ['', `More: --after '${page.nextAfter}'`]
    const summary = `${formatCount(page.open)} open of ${formatCount(page.total)}`
    const list = page.items.length === 0 ? [] : [tableOf(page.items, nowMs), '']
    return { data: page, text: [...list, summary, ...more].join('\n') }
  },
}

const showCommand: Command = {
  words: ['quarantine', 'show'],
  summary: 'one refused document with its exact text',
  positionals: ['<id>'],
  options: {},
  async run({ hub, arguments: { positionals }, nowMs }) {
    const { text, ...item } = await (await hub()).readQuarantine(positionals[0] ?? '')
    const fields = formatFields([
      ['id', item.id],
      ['document', printable(item.documentId)],
      ['revision', printable(item.rev ?? '–')],
      ['database', printable(item.database)],
      ['from', printable(item.origin)],
      ['reason', printable(item.reason)],
      ['state', stateOf(item, nowMs)],
      ['refused', `${formatCount(item.count)}×, first ${item.firstAt}, last ${formatAgo(item.lastAt, nowMs)}`],
      ['size', item.textBytes === null ? 'kept in its database' : formatBytes(item.textBytes)],
    ])
    return { data: { ...item, text }, text: text === null ? fields : `${fields}\n\n${printableText(text)}` }
  },
}

const offerCommand: Command = {
  words: ['quarantine', 'offer'],
  summary: 'offer it again: the same rules, the same way in as from its terminal',
  positionals: ['<id>'],
  options: byOption,
  async run(context) {
    const {
      hub,
      arguments: { positionals },
    } = context
    const done = await (await hub()).offer(positionals[0] ?? '', decider(context))
    const name = printable(done.item.documentId)
    const text = done.accepted ? `${name} is stored now.` : `${name} is still refused: ${printable(done.reason ?? '')}`
    return { data: done, text, isProblem: !done.accepted }
  },
}

const discardCommand: Command = {
  words: ['quarantine', 'discard'],
  summary: 'decide that it is not wanted; it is kept, and can be restored',
  positionals: ['<id>'],
  options: { ...byOption, reason: { type: 'string', value: 'text', description: 'why (required)' } },
  async run(context) {
    const {
      hub,
      arguments: { positionals, text },
    } = context
    const reason = text('reason')
    if (reason === undefined || reason === '') throw usageError('--reason is required: say why it is not wanted')
    const item = await (await hub()).discard(positionals[0] ?? '', decider(context), reason)
    return {
      data: item,
      text: `${printable(item.documentId)} is discarded; "hub quarantine restore ${item.id}" takes it back.`,
    }
  },
}

const restoreCommand: Command = {
  words: ['quarantine', 'restore'],
  summary: 'take a discarding back',
  positionals: ['<id>'],
  options: byOption,
  async run(context) {
    const {
      hub,
      arguments: { positionals },
    } = context
    const item = await (await hub()).restore(positionals[0] ?? '', decider(context))
    return { data: item, text: `${printable(item.documentId)} is open again.` }
  },
}

export const quarantineCommands: readonly Command[] = [
  listCommand,
  showCommand,
  offerCommand,
  discardCommand,
  restoreCommand,
]

const decider = ({ arguments: given, user }: { arguments: Arguments } & Pick<CommandContext, 'user'>): string =>
  given.text('by') ?? user

function tableOf(items: readonly QuarantineItem[], nowMs: number): string {
  const columns = [
    { title: 'ID' },
    { title: 'STATE' },
    { title: 'FROM' },
    { title: 'DATABASE' },
    { title: 'DOCUMENT' },
    { title: 'TIMES', right: true },
    { title: 'LAST' },
    { title: 'REASON' },
  ]
  const rows = items.map((item) => [
    item.id,
    item.state,
    printable(item.origin),
    printable(item.database),
    printable(item.documentId),
    formatCount(item.count),
    formatAgo(item.lastAt, nowMs),
    shorten(printable(item.reason)),
  ])
  return formatTable(columns, rows)
}

const shorten = (text: string): string => (text.length <= shownReason ? text : `${text.slice(0, shownReason - 1)}…`)

function stateOf({ state, decision }: QuarantineItem, nowMs: number): string {
  if (decision === null) return state
  const why = decision.reason === undefined ? '' : `: ${printable(decision.reason)}`
  return `${state} by ${printable(decision.by)} ${formatAgo(decision.at, nowMs)}${why}`
}

/** Line breaks of a pretty-printed text stay. */
const printableText = (text: string): string => text.split('\n').map(printable).join('\n')
