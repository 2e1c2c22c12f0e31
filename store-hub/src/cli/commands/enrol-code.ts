import type { Command } from '../command.ts'

export const enrolCodeCommand: Command = {
  words: ['enrol-code'],
  summary: 'a one-time code, with which a browser in the store becomes a till',
  positionals: [],
  options: { by: { type: 'string', value: 'person', description: 'who asks for it, for the sync log' } },
  async run({ hub, arguments: { text }, user }) {
    const made = await (await hub()).makeEnrolmentCode(text('by') ?? user)
    const shown = `${made.code.slice(0, 4)} ${made.code.slice(4)}`
    const minutes = Math.round(made.expiresInSeconds / 60)
    return { data: made, text: `${shown}\n\nFor one till, within ${minutes} minutes: type it on its set-up page.` }
  },
}
