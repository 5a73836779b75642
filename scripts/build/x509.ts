import { transform, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'

/** The packages that make X.509 certificates: much code, of which no stack trace will ever speak. */
const PACKAGES = /\/node_modules\/(@peculiar\/[^/]+|asn1js|pvtsutils|pvutils|tsyringe|reflect-metadata)\/.*\.js$/

/** What @peculiar/x509 needs for signing requests and PKCS #7 alone; at its start it takes no more than constants of them. */
const UNUSED = /^@peculiar\/asn1-(cms|csr|pkcs9)$/
const NAMESPACE = 'x509-unused'

/** Keeps the packages of X.509 small: leaves out what is never used, and shortens the names inside of the rest. */
export const smallX509: Plugin = {
  name: 'small-x509',
  setup(build) {
    build.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: NAMESPACE }))
    build.onLoad({ filter: UNUSED, namespace: NAMESPACE }, () => ({ contents: 'module.exports = {}' }))
    build.onLoad({ filter: PACKAGES }, async ({ path }) => {
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
