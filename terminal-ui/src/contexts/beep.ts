/** The till's two sounds, made by the browser: no files to load. */

let context: AudioContext | undefined

export function playBeep(kind: 'found' | 'not-found'): void {
  context ??= new AudioContext()
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.frequency.value = kind === 'found' ? 1760 : 220
  gain.gain.value = 0.08
  oscillator.connect(gain).connect(context.destination)
  oscillator.start()
  oscillator.stop(context.currentTime + (kind === 'found' ? 0.06 : 0.3))
}
