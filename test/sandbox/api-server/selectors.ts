import { at, text } from './objects.ts'
import type { StoredObject } from './objects.ts'
import type { ResourceType } from './resources.ts'
import { badRequest } from './status.ts'

export type Selector = (object: StoredObject) => boolean

type Labels = Readonly<Record<string, string>>

/** A label selector as in a query: equality and set-based terms, all of which must hold. Throws 400 when unreadable. */
export function labelSelector(source: string): Selector {
  const terms = splitTerms(source).map(labelTerm)
  return (object) => {
    const labels = object.metadata.labels ?? {}
    return terms.every((term) => term(labels))
  }
}

/** Splits at the commas that stand outside parentheses. */
function splitTerms(source: string): string[] {
  const terms = source.split(/,(?![^(]*\))/).map((term) => term.trim())
  return terms.length === 1 && terms[0] === '' ? [] : terms
}

const KEY = String.raw`[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?`
const VALUE = String.raw`([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?`
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`)
const EQUALS = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`)
const IN_SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const IS_VALUE = new RegExp(`^${VALUE}$`)

function labelTerm(term: string): (labels: Labels) => boolean {
  const exists = EXISTS.exec(term)
  if (exists !== null) {
    const key = exists[2] ?? ''
    return exists[1] === '!' ? (labels) => !(key in labels) : (labels) => key in labels
  }
  const equals = EQUALS.exec(term)
  if (equals !== null) {
    const [, key = '', , operator, value] = equals
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value
  }
  const inSet = IN_SET.exec(term)
  const values = inSet?.[4]?.split(',').map((value) => value.trim())
  if (inSet === null || values === undefined || !values.every((value) => IS_VALUE.test(value)))
    throw badRequest(`unable to parse requirement: found '${term}', expected: a label selector`)
  const key = inSet[1] ?? ''
  return inSet[3] === 'in'
    ? (labels) => key in labels && values.includes(labels[key] ?? '')
    : (labels) => !(key in labels) || !values.includes(labels[key] ?? '')
}

/** Fields that can be selected besides metadata.name and metadata.namespace, by plural. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  jobs: ['status.successful'],
  replicasets: ['status.replicas'],
}

/** A field selector as in a query. Throws 400 for a field this resource cannot be selected by. */
export function fieldSelector(type: ResourceType, source: string): Selector {
  const allowed = ['metadata.name', 'metadata.namespace', ...(type.custom ? [] : (FIELDS[type.plural] ?? []))]
  const terms = source
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^(.*?)(==|!=|=)(.*)$/.exec(term)
      if (match === null) throw badRequest(`invalid selector: '${source}'; can't understand '${term}'`)
      const [, field = '', operator, value = ''] = match
      if (!allowed.includes(field)) throw badRequest(`field label not supported: ${field}`)
      return { path: field === 'source' ? 'source.component' : field, equal: operator !== '!=', value }
    })
  return (object) => terms.every((term) => (text(at(object, ...term.path.split('.'))) === term.value) === term.equal)
}

/** The selectors of a list, watch or collection delete together. */
export function selectorOf(type: ResourceType, query: URLSearchParams): Selector {
  const labels = labelSelector(query.get('labelSelector') ?? '')
  const fields = fieldSelector(type, query.get('fieldSelector') ?? '')
  return (object) => labels(object) && fields(object)
}
