/** The till's own objects in the page, for what no screen shows. What is used of them is declared here: this folder is compiled for Node. */
export interface PageTill {
  readonly enrolment: { readonly incarnation: string; readonly storeId: string; readonly terminalId: string }
  readonly hubSession: {
    token(): Promise<string>
    fetch(url: string): Promise<{ readonly status: number; text(): Promise<string> }>
  }
  readonly databases: {
    readonly device: { read(key: string): Promise<unknown>; write(key: string, value: unknown): Promise<void> }
  }
  readonly selling: { readonly cart: { readonly lines: readonly unknown[] } }
  readonly stock: { readonly sheets: readonly unknown[] }
  readonly journal: {
    append(draft: {
      enrolment: PageTill['enrolment']
      trace: null
      build: (place: { number: number; at: string }) => object
    }): Promise<{ readonly _id: string; readonly hash: string }>
  }
  noteLocalWrite(database: string): Promise<void>
}

export interface TillDocument {
  querySelector(selector: 'tm-app'): { readonly till: PageTill }
}
