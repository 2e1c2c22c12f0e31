/** Changing the audit behind its back, as somebody who administers CouchDB could. */
import { openDatabase, type CouchClient, type CouchDatabase } from '@tidemark/service-kit'
import { rulesDesignName } from '../stores/design/audit-rules.ts'

/** The audit without the rules by which CouchDB refuses changes. A start of the service brings them back. */
export async function auditWithoutRules(client: CouchClient): Promise<CouchDatabase> {
  const audit = openDatabase(client, 'audit')
  const id = `_design/${rulesDesignName}`
  await audit.update(id, () => ({ _id: id, language: 'javascript', views: {} }))
  return audit
}
