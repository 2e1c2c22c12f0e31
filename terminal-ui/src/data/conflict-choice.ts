/**
 * A person's choice in a conflict, field by field. Pure: what was chosen of each unit of fields gives the decision. A price, its
 * currency and its unit are one unit: of another side each would mean another price.
 *
 *     before 10.00    store 11.00 ◉    head office 12.00 ○    another value ○ ____
 */
import {
  contestedFields,
  isContentField,
  isSameJson,
  manualProductFields,
  resolveLeaves,
  type ComparedLeaf,
  type LeafDecision,
} from '@tidemark/contracts'

type Fields = Readonly<Record<string, unknown>>

export interface ChoiceUnit {
  /** The first of its fields names it. */
  readonly name: string
  readonly fields: readonly string[]
  /** True when more than one side changed it, so that no rule decides. */
  readonly isContested: boolean
}

/** By name of the unit: the revision whose value stands, or another value of its first field. */
export type Choices = ReadonlyMap<string, { readonly rev: string } | { readonly value: unknown }>

/** Units in which the sides differ, sorted by name. */
export function choiceUnits(leaves: readonly ComparedLeaf[], base: ComparedLeaf | undefined): readonly ChoiceUnit[] {
  const bodies = leaves.map(({ body }) => body)
  const contested = new Set(contestedFields(bodies, base?.body).flat())
  const names = [...new Set(bodies.flatMap((body) => Object.keys(body)))].filter(isContentField)
  const differing = names.filter((name) => bodies.some((body) => !isSameJson(body[name], bodies[0]?.[name])))
  const units = new Map(
    differing.map((name) => {
      const fields = manualProductFields.find((group) => group.includes(name)) ?? [name]
      return [fields[0] ?? name, fields] as const
    }),
  )
  return [...units]
    .map(([name, fields]) => ({ name, fields, isContested: fields.some((field) => contested.has(field)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What the rule suggests: of each unit that is not contested the side with the last change. */
export function suggestedChoices(leaves: readonly ComparedLeaf[], units: readonly ChoiceUnit[]): Choices {
  const suggested = resolveLeaves(leaves).winner?.body ?? {}
  return new Map(
    units
      .filter(({ isContested }) => !isContested)
      .flatMap(({ name, fields }) => {
        const side = leaves.find(({ body }) => fields.every((field) => isSameJson(body[field], suggested[field])))
        return side === undefined ? [] : [[name, { rev: side.rev }] as const]
      }),
  )
}

/** Undefined while a unit is not chosen. */
export function decisionOf(
  leaves: readonly ComparedLeaf[],
  units: readonly ChoiceUnit[],
  choices: Choices,
): LeafDecision | undefined {
  const suggested = resolveLeaves(leaves).winner?.body
  if (suggested === undefined || units.some(({ name }) => !choices.has(name))) return undefined
  const body = units.reduce<Fields>((merged, unit) => ({ ...merged, ...chosenOf(leaves, unit, choices) }), suggested)
  const side = leaves.find((leaf) => units.every(({ fields }) => isSameIn(fields, leaf.body, body)))
  if (side !== undefined) return { kind: 'choose', rev: side.rev }
  const isSuggested = units.every(({ fields }) => isSameIn(fields, suggested, body))
  return isSuggested ? { kind: 'suggestion' } : { kind: 'merge', body }
}

function chosenOf(leaves: readonly ComparedLeaf[], { name, fields }: ChoiceUnit, choices: Choices): Fields {
  const choice = choices.get(name)
  if (choice === undefined) return {}
  if ('value' in choice) return { [name]: choice.value }
  const side = leaves.find(({ rev }) => rev === choice.rev)?.body ?? {}
  return Object.fromEntries(fields.flatMap((field) => (side[field] === undefined ? [] : [[field, side[field]]])))
}

function isSameIn(fields: readonly string[], a: Fields, b: Fields): boolean {
  return fields.every((field) => isSameJson(a[field], b[field]))
}
