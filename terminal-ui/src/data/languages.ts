/** The languages of the till, each by its own name. */
export const languages = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
] as const

export type LanguageCode = (typeof languages)[number]['code']
