import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'

const file = new URL('../fixtures/schema/cluster-1.30.0.json', import.meta.url)

/**
 * The schema of a Cluster in the resource definition of CloudNativePG 1.30.0, without descriptions; members that it does not
 * know, which an API server would drop, are errors. Sections that no test writes hold anything.
 */
const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(
  JSON.parse(readFileSync(file, 'utf8')) as object,
)

/** What is wrong with a Cluster; null when it is one. */
export function clusterErrors(cluster: unknown): ErrorObject[] | null {
  return validate(cluster) ? null : (validate.errors ?? [])
}
