// The text under which a document's body is stored: its members but for those of the protocol, in their order.
//
// JavaScript holds 9007199254740993 as …992 and 1e400 as nothing. A document whose text has such a number is parsed
// a second time, keeping each number's own text; a cheap look at the text finds those few.
import { isProtocolMember } from './document-rules.ts'

// Of a later edition of ECMAScript than the type library that is used here.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object }

/** Long digits or an exponent, after what can stand before a number. */
const UNUSUAL_NUMBER = /[:,[]\s*-?(?:[\d.]{16}|[\d.]{1,15}[eE])/

/** Whether JSON text may have a number that JavaScript would alter. */
export const mayHaveUnusualNumbers = (text: string): boolean => UNUSUAL_NUMBER.test(text)

/** The body of a parsed document as JSON text. */
export function toBody(document: Readonly<Record<string, unknown>>): string {
  const members: Record<string, unknown> = {}
  for (const name of Object.keys(document)) {
    if (name === '__proto__') Object.defineProperty(members, name, { value: document[name], enumerable: true })
    else if (!isProtocolMember(name)) members[name] = document[name]
  }
  return JSON.stringify(members)
}

/** As `toBody`, with every number as it stands in the document's own text. */
export function toExactBody(text: string): string {
  return toBody(JSON.parse(text, keepNumber) as Record<string, unknown>)
}

function keepNumber(this: unknown, _name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return rawJSON(source)
}
