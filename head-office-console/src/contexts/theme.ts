/** Light, dark, or what the system says. */
export type Theme = 'system' | 'light' | 'dark'

const key = 'tidemark-console-theme'
const themes: readonly Theme[] = ['system', 'light', 'dark']

export function currentTheme(): Theme {
  return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system'
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
}
