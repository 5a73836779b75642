import { transform, type Loader, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'

/** Our own modules, and those of packages that are programs. */
const MODULES = /\/src\/.*\.ts$|\/node_modules\/.*\.[cm]?js$/

/** What @peculiar/x509 needs for signing requests and PKCS #7 alone; at its start it takes no more than constants of them. */
const UNUSED = /^@peculiar\/asn1-(cms|csr|pkcs9)$/
const NAMESPACE = 'x509-unused'

/** A hundred spinners, of which ora shows its default: dots, or a line where the terminal knows no Unicode. */
const SPINNERS = /\/node_modules\/cli-spinners\/spinners\.json$/

/**
 * Shortens the names inside of each module, and leaves out what of X.509 and of the spinners is never used. What a module exports keeps its name, so
 * that a stack trace from a user can be read.
 */
export const shortNames: Plugin = {
  name: 'short-names',
  setup(build) {
    build.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: NAMESPACE }))
    build.onLoad({ filter: UNUSED, namespace: NAMESPACE }, () => ({ contents: 'module.exports = {}' }))
    build.onLoad({ filter: SPINNERS }, async ({ path }) => {
      const { dots, line } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
      return { contents: JSON.stringify({ dots, line }), loader: 'json' }
    })
    build.onLoad({ filter: MODULES }, async ({ path }) => {
      const loader: Loader = extname(path) === '.ts' ? 'ts' : 'js'
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader,
        minify: true,
        legalComments: 'inline',
        platform: 'node',
        target: 'node20',
      })
      return { contents: code, loader: 'js' }
    })
  },
}
