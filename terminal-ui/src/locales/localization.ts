/**
 * Which language the till speaks. Texts stand in English in the source, as `msg('…')`; the other languages are in this folder, one
 * file a feature, and are loaded when they are chosen.
 */
import { configureLocalization } from '@lit/localize'
import { languages, type LanguageCode } from '../data/languages.ts'

const { getLocale, setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: ['de'],
  loadLocale: () => import('./de.ts'),
})

/** The browser's first language that the till has. */
export function defaultLanguage(wanted: readonly string[] = navigator.languages): LanguageCode {
  const known = wanted.map((tag) => languages.find(({ code }) => tag.toLowerCase().split('-')[0] === code))
  return known.find((language) => language !== undefined)?.code ?? 'en'
}

export function spokenLanguage(): string {
  return getLocale()
}

/** Speaks a language from the next rendering on. A language that can't be loaded leaves the one before. */
export async function speak(language: LanguageCode): Promise<void> {
  await setLocale(language).catch(() => undefined)
  document.documentElement.lang = getLocale()
}
