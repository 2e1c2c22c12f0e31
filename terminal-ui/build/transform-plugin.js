/** Rollup plugin: esbuild compiles TypeScript and decorators, and settles `process.env.NODE_ENV` in libraries. */
import { transform } from 'esbuild'

export function transformPlugin() {
  return {
    name: 'transform',
    async transform(code, id) {
      const isTypeScript = id.endsWith('.ts')
      if (!isTypeScript && !code.includes('process.env.NODE_ENV')) return null
      const result = await transform(code, {
        loader: isTypeScript ? 'ts' : 'js',
        target: 'es2022',
        sourcemap: true,
        sourcefile: id,
        define: { 'process.env.NODE_ENV': '"production"' },
        tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
      })
      return { code: result.code, map: result.map }
    },
  }
}
