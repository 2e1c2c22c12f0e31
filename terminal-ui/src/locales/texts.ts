/** Translations as people write them, `'{0} of {1} sent': '{0} von {1} gesendet'`, made into what the localisation library looks up. */
import type { LocaleModule } from '@lit/localize'
import { generateMsgId } from '@lit/localize/internal/id-generation.js'

/** The text in English, as in the source, to the same text in another language. `{0}` is the first value, `{1}` the second. */
export type Texts = Readonly<Record<string, string>>

const placeholder = /\{(\d)\}/

export function templatesOf(...features: readonly Texts[]): LocaleModule['templates'] {
  const all = features.flatMap((texts) => Object.entries(texts))
  return Object.fromEntries(all.map(([source, text]) => [generateMsgId(partsOf(source), false), templateOf(text)]))
}

/** `'{0} of {1} sent'` → `['', ' of ', ' sent']` */
export function partsOf(text: string): string[] {
  return text.split(placeholder).filter((_, index) => index % 2 === 0)
}

/** The values in the order in which a text names them: `'{1}: {0}'` → `[1, 0]`. */
export function placesOf(text: string): number[] {
  return text
    .split(placeholder)
    .filter((_, index) => index % 2 === 1)
    .map(Number)
}

function templateOf(text: string): LocaleModule['templates'][string] {
  const values = placesOf(text)
  if (values.length === 0) return text
  return { strTag: true, strings: partsOf(text) as unknown as TemplateStringsArray, values }
}
