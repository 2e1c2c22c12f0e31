import type { LeaseStatus } from '@tidemark/contracts'
import { CliError } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { formatAgo, formatFields, printable } from '../format.ts'

const showCommand: Command = {
  words: ['lease', 'show'],
  summary: 'which of two hubs with one store id may write, and since when',
  positionals: [],
  options: {},
  async run({ hub, nowMs }) {
    const { hub: status } = await (await hub()).overview()
    if (status === null)
      throw new CliError('not-running', 'Only a hub that runs knows its lease: start it, and try again')
    if (status.lease === undefined) throw new CliError('not-ready', 'This hub keeps no lease')
    return { data: status.lease, text: fieldsOf(status.lease, nowMs), isProblem: status.lease.state === 'read-only' }
  },
}

const takeCommand: Command = {
  words: ['lease', 'take'],
  summary: 'take the store from another hub with the same id, which goes read-only; be sure that it is gone for good',
  positionals: [],
  options: {},
  async run({ hub, nowMs }) {
    const lease = await (await hub()).takeLease()
    return { data: lease, text: fieldsOf(lease, nowMs), isProblem: lease.state !== 'held' }
  },
}

export const leaseCommands: readonly Command[] = [showCommand, takeCommand]

const meanings: Readonly<Record<LeaseStatus['state'], string>> = {
  held: 'this hub has the store',
  unconfirmed: 'this hub goes on as it was; central was not heard yet',
  'read-only': 'another hub has the store, this one is read-only',
}

export function describeLease({ state, reason }: LeaseStatus): string {
  return `${state}: ${reason === null ? meanings[state] : printable(reason)}`
}

function fieldsOf(lease: LeaseStatus, nowMs: number): string {
  const { holder, instance, fencing, renewedAt } = lease
  const holderText = holder === null ? 'not known' : `${printable(holder.instance)} on ${printable(holder.host)}`
  return formatFields([
    ['lease', describeLease(lease)],
    ['holder', holder?.instance === instance ? `${holderText} (this hub)` : holderText],
    ['this hub', instance],
    ['fencing', fencing === null ? 'not known' : String(fencing)],
    ['renewed', formatAgo(renewedAt, nowMs)],
  ])
}
