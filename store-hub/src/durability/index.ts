export { createDurability } from './durability.ts'
export { durabilityRoutes } from './durability-routes.ts'
