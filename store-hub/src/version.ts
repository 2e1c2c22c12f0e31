/** Of the hub, as it shows itself and as backups name it. */
export const hubVersion = '0.1.0'
