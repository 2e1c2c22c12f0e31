/** How this till looks, speaks and sounds. Kept in this browser, and in force before anybody signs in. */
import type { DeviceStore, Theme, TillSettings } from '../data/device-store.ts'
import type { LanguageCode } from '../data/languages.ts'
import { defaultLanguage, speak } from '../locales/localization.ts'

export class Settings {
  #values: TillSettings = {}
  #device: DeviceStore | undefined
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get sound(): boolean {
    return this.#values.sound ?? false
  }

  /** Months of receipts that stay on this till; as it comes when undefined. */
  get keptPeriods(): number | undefined {
    return this.#values.keptPeriods
  }

  /** Categories that this till sells; all when undefined. */
  get categories(): readonly string[] | undefined {
    return this.#values.categories
  }

  get lockAfterMinutes(): number {
    return this.#values.lockAfterMinutes ?? 10
  }

  get lockAtStart(): boolean {
    return this.#values.lockAtStart ?? false
  }

  get language(): LanguageCode {
    return this.#values.language ?? defaultLanguage()
  }

  get theme(): Theme {
    return this.#values.theme ?? 'system'
  }

  /** Reads them from this browser and puts them into force. */
  async open(device: DeviceStore): Promise<void> {
    this.#device = device
    this.#values = (await device.read('settings')) ?? {}
    await this.#apply()
  }

  async change(values: TillSettings): Promise<void> {
    if (this.#device === undefined) throw new Error('the till is not open')
    const next = { ...this.#values, ...values }
    await this.#device.write('settings', next)
    this.#values = next
    await this.#apply()
    this.#changed()
  }

  async #apply(): Promise<void> {
    showTheme(this.theme)
    await speak(this.language)
  }
}

/** The tokens look at these two attributes; without the first the system's own choice is in force. */
function showTheme(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'light' || theme === 'dark') dataset['theme'] = theme
  else delete dataset['theme']
  const wantsContrast = window.matchMedia('(prefers-contrast: more)').matches
  if (theme === 'contrast' || (theme === 'system' && wantsContrast)) dataset['contrast'] = 'more'
  else delete dataset['contrast']
}
