import ts from 'typescript'
import { expect, test } from 'vitest'
import * as german from './de.ts'
import { partsOf, placesOf, templatesOf, type Texts } from './texts.ts'
import { generateMsgId } from '@lit/localize/internal/id-generation.js'

interface Message {
  readonly file: string
  /** As in the translations, `{0} of {1}`; undefined for what this test can't read. */
  readonly text: string | undefined
  readonly isInFunction: boolean
}

// `import.meta.glob` is Vite's way to read files: this folder is compiled for a browser, which has no file system. Vitest keeps the
// list of files from run to run unless it finds those words, which the types below take apart: new files would not be looked at.
const sources = (import.meta as unknown as { glob(pattern: string[], options: object): Record<string, string> }).glob(
  ['../**/*.ts', '!../**/*.test.ts'],
  { query: '?raw', import: 'default', eager: true },
)
const translations = (
  import.meta as unknown as { glob(pattern: string, options: object): Record<string, Record<string, Texts>> }
).glob('./de/*.ts', { eager: true })

const messages = Object.entries(sources).flatMap(([file, text]) => messagesIn(file, text))
const known = Object.values(translations).flatMap((file) =>
  Object.values(file).flatMap((texts) => Object.entries(texts)),
)

test('every text of the till is a plain text or a str template, read when it is shown', () => {
  expect(messages.length).toBeGreaterThan(20)
  expect(messages.filter(({ text }) => text === undefined)).toEqual([])
  // At the time a file is loaded nobody knows the language yet.
  expect(messages.filter(({ isInFunction }) => !isInFunction)).toEqual([])
})

test('every text has a German translation, and no translation is left over', () => {
  const wanted = new Set(messages.map(({ text }) => text))
  const given = new Set(known.map(([source]) => source))
  expect({
    missing: messages.filter(({ text }) => !given.has(text ?? '')).map(({ file, text }) => `${file}: ${text}`),
    leftOver: [...given].filter((source) => !wanted.has(source)),
  }).toEqual({ missing: [], leftOver: [] })
})

test('translations name the values of their text, and two features translate the same text alike', () => {
  const sorted = (text: string) => placesOf(text).sort()
  expect(known.filter(([source, text]) => sorted(source).join() !== sorted(text).join())).toEqual([])
  const bySource = Map.groupBy(known, ([source]) => source)
  expect([...bySource.values()].filter((all) => new Set(all.map(([, text]) => text)).size > 1)).toEqual([])
})

test('all features are in the language that is loaded, under the ids that the library asks for', () => {
  const ids = known.map(([source]) => generateMsgId(partsOf(source), false))
  expect(ids.filter((id) => !Object.hasOwn(german.templates, id))).toEqual([])
  expect(templatesOf({ '{0} of {1}': '{1}: {0}' })).toEqual({
    [generateMsgId(['', ' of ', ''], false)]: { strTag: true, strings: ['', ': ', ''], values: [1, 0] },
  })
})

function messagesIn(file: string, source: string): Message[] {
  const found: Message[] = []
  const visit = (node: ts.Node, isInFunction: boolean): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'msg') {
      found.push({ file, text: textOf(node.arguments[0]), isInFunction })
    }
    const inside = isInFunction || ts.isFunctionLike(node)
    ts.forEachChild(node, (child) => visit(child, inside))
  }
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true), false)
  return found
}

function textOf(argument: ts.Node | undefined): string | undefined {
  if (argument === undefined) return undefined
  if (ts.isStringLiteral(argument)) return argument.text
  if (!ts.isTaggedTemplateExpression(argument) || argument.tag.getText() !== 'str') return undefined
  const { template } = argument
  if (!ts.isTemplateExpression(template)) return undefined
  return template.templateSpans.reduce(
    (text, { literal }, index) => `${text}{${index}}${literal.text}`,
    template.head.text,
  )
}
