import { bindingYaml, roleYaml, yamlText, type RoleRule } from '../../role.ts'

export interface CronJobFacts {
  name: string
  namespace: string
  /** The clusters of all namespaces: a ClusterRole instead of a Role. */
  everywhere: boolean
  image: string
  /** Words of the command line, the program first. */
  command: readonly string[]
  everyMs: number
  /** Limit of one run, in milliseconds. */
  timeoutMs: number
  rules: readonly RoleRule[]
  /** Flags of the command line that name files. */
  fileFlags: readonly string[]
}

const MINUTE_MS = 60_000

/** Manifests that run a check in Kubernetes: service account, the least role, and the CronJob. */
export function cronJobText(facts: CronJobFacts): string {
  const { name, namespace, everywhere, rules } = facts
  const role = { name, ...(everywhere ? {} : { namespace }) }
  return [
    head(facts.fileFlags),
    accountYaml(name, namespace),
    roleYaml({ ...role, rules }),
    bindingYaml(role, { name, namespace }),
    jobYaml(facts),
  ].join('---\n')
}

/** The five fields of cron for a span, or undefined when cron cannot say it: whole minutes that part an hour, or hours that part a day. */
export function cronFields(everyMs: number): string | undefined {
  const minutes = everyMs / MINUTE_MS
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 60 && 60 % minutes === 0) {
    return minutes === 60 ? '0 * * * *' : minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`
  }
  const hours = minutes / 60
  if (!Number.isInteger(hours) || 24 % hours !== 0) return undefined
  return hours === 24 ? '0 0 * * *' : `0 */${hours} * * *`
}

const HEAD = `# A failed Job is a check that was not OK; what it said is in the log of its pod.
# The image has to hold kubectl-cnpg. One that does is built from a checkout (npm ci && npm run build) by:
#   FROM node:24-slim
#   COPY bin /opt/kubectl-cnpg/bin
#   COPY dist/cli.cjs /opt/kubectl-cnpg/dist/cli.cjs
#   ENV PATH=/opt/kubectl-cnpg/bin:$PATH
`

function head(fileFlags: readonly string[]): string {
  if (fileFlags.length === 0) return HEAD
  const flags = fileFlags.map((flag) => `--${flag}`).join(', ')
  return `${HEAD}# The files of ${flags} have to be in volumes of the pod, which are yours to add; its own file system is read-only.\n`
}

function accountYaml(name: string, namespace: string): string {
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${yamlText(name)}`,
    `  namespace: ${yamlText(namespace)}`,
    '',
  ].join('\n')
}

function jobYaml({ name, namespace, image, command, everyMs, timeoutMs }: CronJobFacts): string {
  const deadline = Math.ceil(timeoutMs / 1000) + 50
  return `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${yamlText(name)}
  namespace: ${yamlText(namespace)}
spec:
  schedule: "${cronFields(everyMs) ?? ''}"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 60
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 0
      activeDeadlineSeconds: ${deadline}
      template:
        spec:
          serviceAccountName: ${yamlText(name)}
          restartPolicy: Never
          securityContext:
            runAsNonRoot: true
            runAsUser: 65534
            runAsGroup: 65534
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: check
              image: ${yamlText(image)}
              command:
${command.map((word) => `                - ${JSON.stringify(word)}`).join('\n')}
              resources:
                requests:
                  cpu: 50m
                  memory: 64Mi
                limits:
                  memory: 256Mi
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities:
                  drop: [ALL]
`
}
