/** The key with which the audit signs its heads. */
export { openSigningKey } from '@tidemark/service-kit'
