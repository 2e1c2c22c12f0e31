/** A decision in words, for people: who changed what when, what stands, and what takes a person. */
import { parseStamp } from '../clock/hlc.ts'
import type { ComparedLeaf } from './compare-leaves.ts'
import { isContentField } from './content-fields.ts'
import { describeWriter, isDecidedByPerson, isOfHeadOffice, rankLeaves, stampOf } from './leaf-order.ts'
import type { Resolution } from './resolve-leaves.ts'
import { isSameJson } from './same-json.ts'

type Fields = Readonly<Record<string, unknown>>

const maxSentences = 50
const maxValueLength = 80
const maxSentenceLength = 500
const fieldNames: Readonly<Record<string, string>> = {
  priceMinor: 'price',
  taxCode: 'tax code',
  rateBasisPoints: 'rate',
  percentOffBasisPoints: 'percent off',
  timeZone: 'time zone',
}

/**
 * Sentences such as `price: store s001 changed it to 119 at 2026-11-22 09:00:00 UTC, head office to 125 at …; price needs a
 * person`. `ancestor` is the body that the leaves come from, where it is known. At most 50.
 */
export function explainResolution(
  leaves: readonly ComparedLeaf[],
  resolution: Resolution,
  ancestor?: Fields,
): readonly string[] {
  const ranked = rankLeaves(leaves)
  const sentences = sentencesOf(ranked, resolution, ancestor)
  const rest = sentences.length - maxSentences
  const shown = rest > 0 ? [...sentences.slice(0, maxSentences - 1), `… and ${rest + 1} more fields`] : sentences
  return shown.map((sentence) => shorten(sentence, maxSentenceLength))
}

function sentencesOf(leaves: readonly ComparedLeaf[], resolution: Resolution, ancestor?: Fields): readonly string[] {
  switch (resolution.policy) {
    case 'immutable':
      if (!resolution.needsPerson) return ['every version says the same, so there is nothing to decide']
      return [
        `integrity alarm: this document may never change, and it has ${leaves.length} versions: ${listOf(leaves)}`,
        'every version is kept; the one received first stands in the ledger and the stock, and none may be written over',
      ]
    case 'manual':
      return [`the versions are not of one type (${typesOf(leaves)}): ${listOf(leaves)}; a person has to decide`]
    case 'last-write-wins':
      return [lastSentence(leaves, winnerAmong(leaves, resolution))]
    case 'server-wins':
      return serverSentences(leaves, resolution)
    case 'field-merge':
      return fieldSentences(leaves, resolution, ancestor)
  }
}

function lastSentence(leaves: readonly ComparedLeaf[], winner: ComparedLeaf | undefined): string {
  const isDecided = winner !== undefined && isDecidedByPerson(winner)
  const why = isDecided ? 'what a person decided stands' : 'the last written stands'
  return `${listOf(leaves)}; ${why}: that of ${nameOf(winner)}`
}

function serverSentences(leaves: readonly ComparedLeaf[], resolution: Resolution): readonly string[] {
  const winner = winnerAmong(leaves, resolution)
  const ofHeadOffice = winner !== undefined && isOfHeadOffice(winner)
  const first = ofHeadOffice
    ? `head office decides on this document: its version (${whenOf(winner)}) stands`
    : `head office decides on this document, and none of the versions is its own: the last written stands for now, that of ${nameOf(winner)}`
  const others = leaves.filter((leaf) => leaf.rev !== winner?.rev && !isOfHeadOffice(leaf))
  return [first, ...others.map((leaf) => `the change of ${nameOf(leaf)} is kept as a change request`)]
}

function fieldSentences(leaves: readonly ComparedLeaf[], resolution: Resolution, ancestor?: Fields): readonly string[] {
  const names = new Set(leaves.flatMap(({ body }) => Object.keys(body)))
  const differing = [...names]
    .filter(isContentField)
    .filter((name) => leaves.some(({ body }) => !isSameJson(body[name], leaves[0]?.body[name])))
    .sort()
  if (differing.length === 0) return ['the versions say the same']
  const contested = new Set(resolution.contested.flat())
  return differing.map((name) => {
    const label = fieldNames[name] ?? name
    const claims = leaves.map((leaf) => claimOf(leaf, name, ancestor)).join(', ')
    const end = contested.has(name)
      ? `${label} needs a person`
      : `${textOf(resolution.winner?.body[name])} stands, the last change`
    return `${label}: ${claims}; ${end}`
  })
}

function claimOf(leaf: ComparedLeaf, name: string, ancestor?: Fields): string {
  const { body } = leaf
  const who = describeWriter(body)
  if (ancestor !== undefined && isSameJson(body[name], ancestor[name])) return `${who} left it at ${textOf(body[name])}`
  const times = body['fieldTimes'] as Fields | undefined
  const own = typeof times === 'object' && times !== null ? times[name] : undefined
  const when = timeOf(typeof own === 'string' ? own : stampOf(body))
  return body[name] === undefined ? `${who} removed it ${when}` : `${who} has ${textOf(body[name])}, changed ${when}`
}

function winnerAmong(leaves: readonly ComparedLeaf[], { winningLeaf }: Resolution): ComparedLeaf | undefined {
  return leaves.find(({ rev }) => rev === winningLeaf)
}

function listOf(leaves: readonly ComparedLeaf[]): string {
  return leaves.map((leaf) => `${describeWriter(leaf.body)} wrote one ${whenOf(leaf)}`).join(', ')
}

function nameOf(leaf: ComparedLeaf | undefined): string {
  return leaf === undefined ? 'nobody' : `${describeWriter(leaf.body)} (${whenOf(leaf)})`
}

function whenOf({ body }: ComparedLeaf): string {
  return timeOf(stampOf(body))
}

/** `at 2026-11-22 09:00:00 UTC`. */
function timeOf(stamp: string): string {
  const parsed = parseStamp(stamp)
  if (parsed === undefined) return 'at an unknown time'
  return `at ${new Date(parsed.wallMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function typesOf(leaves: readonly ComparedLeaf[]): string {
  return leaves.map(({ body }) => shorten(String(body['type'] ?? 'no type'), maxValueLength)).join(', ')
}

function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : shorten(JSON.stringify(value), maxValueLength)
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
