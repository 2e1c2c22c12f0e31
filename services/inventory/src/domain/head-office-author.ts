import type { Principal } from '@tidemark/service-kit'

export interface HeadOfficeAuthor {
  readonly id: string
  readonly role: 'head-office'
  readonly name: string
}

/** Who has signed in, as the author of a document; cut to what a document may hold. */
export function headOfficeAuthor({ subject, name }: Pick<Principal, 'subject' | 'name'>): HeadOfficeAuthor {
  return { id: subject.slice(0, 64), role: 'head-office', name: name.slice(0, 100) }
}
