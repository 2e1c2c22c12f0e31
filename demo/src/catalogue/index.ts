export { demoProducts } from './products.ts'
export { demoPeople } from './people.ts'
export { seedCentral } from './seed.ts'
export { demoStore, openingDeliveries, type DemoStore } from './store-documents.ts'
