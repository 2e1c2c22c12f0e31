export { demoProducts, productCount } from './products.ts'
export { seedCentral } from './seed.ts'
export { demoStore, openingDeliveries, storeDocument, type DemoStore } from './store-documents.ts'
