import { visible } from '../api/visible-text.ts'

/** One rule of a Role. */
export interface RoleRule {
  /** Empty for the core group. */
  group: string
  resource: string
  verbs: readonly string[]
  /** What is lost without it; null: the command cannot work without it. */
  without: string | null
  /** Only in a comment: it gives more than the command needs at best. */
  proposed: boolean
}

export interface RoleText {
  /** Absent: a ClusterRole. */
  namespace?: string
  name: string
  rules: readonly RoleRule[]
  labels?: Readonly<Record<string, string>>
}

/** A Role or ClusterRole in YAML whose comments say what each rule is for. */
export function roleYaml({ namespace, name, rules }: RoleText): string {
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${namespace === undefined ? 'ClusterRole' : 'Role'}`,
    'metadata:',
    `  name: ${yamlText(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${yamlText(namespace)}`]),
    rules.some(({ proposed }) => !proposed) ? 'rules:' : 'rules: []',
    ...rules.flatMap(ruleLines),
    '',
  ].join('\n')
}

/** The same for the binding of that role to a service account. */
export function bindingYaml(
  role: Pick<RoleText, 'name' | 'namespace'>,
  account: { name: string; namespace: string },
): string {
  const kind = role.namespace === undefined ? 'ClusterRole' : 'Role'
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}Binding`,
    'metadata:',
    `  name: ${yamlText(role.name)}`,
    ...(role.namespace === undefined ? [] : [`  namespace: ${yamlText(role.namespace)}`]),
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${kind}`,
    `  name: ${yamlText(role.name)}`,
    'subjects:',
    '  - kind: ServiceAccount',
    `    name: ${yamlText(account.name)}`,
    `    namespace: ${yamlText(account.namespace)}`,
    '',
  ].join('\n')
}

/** A scalar that means this text and nothing else: plain where that is certain, else in double quotes. */
export function yamlText(text: string): string {
  return /^[a-z][a-z0-9./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/.test(text)
    ? text
    : JSON.stringify(text)
}

function ruleLines({ group, resource, verbs, without, proposed }: RoleRule): string[] {
  const lines = [
    `- apiGroups: [${group === '' ? '""' : group}]`,
    `  resources: [${resource}]`,
    `  verbs: [${verbs.join(', ')}]`,
  ]
  const comment = without === null ? [] : [`  # without it: ${visible(without)}`]
  return [...comment, ...lines.map((line) => (proposed ? `  # ${line}` : `  ${line}`))]
}
