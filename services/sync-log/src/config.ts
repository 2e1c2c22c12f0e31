/** The sync-log service needs nothing beyond what every service reads. */
export { loadServiceConfig as loadConfig } from '@tidemark/service-kit'
