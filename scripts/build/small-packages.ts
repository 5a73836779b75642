import { transform, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'

const FOREIGN = /\/node_modules\/.*\.[cm]?js$/

/** What @peculiar/x509 needs for signing requests and PKCS #7 alone; at its start it takes no more than constants of them. */
const UNUSED = /^@peculiar\/asn1-(cms|csr|pkcs9)$/
const NAMESPACE = 'x509-unused'

/** A hundred spinners, of which ora shows its default: dots, or a line where the terminal knows no Unicode. */
const SPINNERS = /\/node_modules\/cli-spinners\/spinners\.json$/

/**
 * Shortens the names inside of foreign packages, and leaves out what of X.509 is never used. Our own names stay, so that a stack
 * trace from a user can be read.
 */
export const smallPackages: Plugin = {
  name: 'small-packages',
  setup(build) {
    build.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: NAMESPACE }))
    build.onLoad({ filter: UNUSED, namespace: NAMESPACE }, () => ({ contents: 'module.exports = {}' }))
    build.onLoad({ filter: SPINNERS }, async ({ path }) => {
      const { dots, line } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
      return { contents: JSON.stringify({ dots, line }), loader: 'json' }
    })
    build.onLoad({ filter: FOREIGN }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        minify: true,
        legalComments: 'inline',
        platform: 'node',
        target: 'node20',
      })
      return { contents: code }
    })
  },
}
