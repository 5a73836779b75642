import { CNPG_GROUP } from '../api/constants.ts'
import type { Command, CommandEntry } from '../cli/command.ts'
import { certificateExitCodes, certificateOptions, certificateRights } from './certificate/options.ts'

const group = 'Database administration'

const subcommands: readonly CommandEntry[] = [
  {
    name: 'list',
    group,
    summary: 'Show the certificates of clusters and when they end',
    load: async () => (await import('./certificate/list.ts')).default,
  },
  {
    name: 'renew',
    group,
    summary: 'Renew a certificate that a role logs in with',
    load: async () => (await import('./certificate/renew.ts')).default,
  },
]

const certificate: Command = {
  name: 'certificate',
  group,
  summary: 'Make a certificate with which a role logs in',
  description:
    "Makes a key and a certificate for 90 days, signed by the cluster's client CA, and keeps them in a new secret. A rule of " +
    'spec.postgresql.pg_hba has to ask the role for a certificate (method cert): it is looked for, and told when it is missing.\n' +
    'From operator 1.30 on a DatabaseRole with clientCertificate.enabled gets a certificate that the operator renews.',
  args: [{ name: 'NAME', summary: 'Name of the new secret', required: true, completer: 'none' }],
  options: [
    {
      name: 'cnpg-cluster',
      type: 'string',
      value: 'CLUSTER',
      required: true,
      completer: 'cluster',
      summary: 'Cluster whose client CA signs it',
    },
    {
      name: 'cnpg-user',
      type: 'string',
      value: 'ROLE',
      completer: 'role',
      required: true,
      summary: 'PostgreSQL role that logs in with it',
    },
    ...certificateOptions,
  ],
  examples: [
    { summary: 'For the role app', line: 'certificate app-cert --cnpg-cluster mycluster --cnpg-user app' },
    {
      summary: 'With files for psql',
      line: 'certificate app-cert --cnpg-cluster mycluster --cnpg-user app --out ~/mycluster',
    },
    {
      summary: 'Only the manifest, with the key',
      line: 'certificate app-cert --cnpg-cluster mycluster --cnpg-user app --dry-run -o yaml',
    },
    { summary: 'Which certificates are there?', line: 'certificate list mycluster' },
  ],
  rights: [{ group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] }, ...certificateRights('create')],
  changes: true,
  ownTimeout: true,
  exitCodes: certificateExitCodes,
  subcommands,
  run: async (invocation, context) => (await import('./certificate/create.ts')).createCertificate(invocation, context),
}

export default certificate
