import type { CommandEntry } from '../cli/command.ts'

/** The table of verbs. A row is all the list in the help needs; the rest is loaded when the verb is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'certificate',
    group: 'Database administration',
    summary: 'Make a certificate with which a role logs in',
    load: async () => (await import('./certificate.ts')).default,
  },
  {
    name: 'backup',
    group: 'Database administration',
    summary: 'Ask for a backup, and follow it',
    load: async () => (await import('./backup.ts')).default,
  },
  {
    name: 'restore',
    group: 'Database administration',
    summary: 'Restore a cluster from its backups as a new one',
    load: async () => (await import('./restore.ts')).default,
  },
  {
    name: 'connect',
    group: 'Database administration',
    summary: 'Open a local port that always leads to the primary',
    load: async () => (await import('./connect.ts')).default,
  },
  {
    name: 'sql',
    group: 'Database administration',
    summary: 'Run SQL over the network, as the application’s role',
    load: async () => (await import('./sql.ts')).default,
  },
  {
    name: 'psql',
    group: 'Miscellaneous',
    summary: 'Open psql in the primary of a cluster, or in another instance',
    load: async () => (await import('./psql.ts')).default,
  },
  {
    name: 'destroy',
    group: 'Cluster administration',
    summary: 'Destroy one instance of a cluster and its volumes',
    load: async () => (await import('./destroy.ts')).default,
  },
  {
    name: 'fencing',
    group: 'Cluster administration',
    summary: 'Stop PostgreSQL in instances whose pods stay',
    load: async () => (await import('./fencing.ts')).default,
  },
  {
    name: 'hibernate',
    group: 'Cluster administration',
    summary: 'Stop a cluster and keep its volumes, or wake it up',
    load: async () => (await import('./hibernate.ts')).default,
  },
  {
    name: 'maintenance',
    group: 'Cluster administration',
    summary: 'Open or close the node maintenance window of clusters',
    load: async () => (await import('./maintenance.ts')).default,
  },
  {
    name: 'promote',
    group: 'Cluster administration',
    summary: 'Make another instance the primary',
    load: async () => (await import('./promote.ts')).default,
  },
  {
    name: 'reload',
    group: 'Cluster administration',
    summary: 'Let the instances read their configuration again',
    load: async () => (await import('./reload.ts')).default,
  },
  {
    name: 'restart',
    group: 'Cluster administration',
    summary: 'Restart a cluster, one instance, or what waits for a restart',
    load: async () => (await import('./restart.ts')).default,
  },
  {
    name: 'check',
    group: 'Troubleshooting',
    summary: 'Check clusters for cron or a monitoring system',
    load: async () => (await import('./check.ts')).default,
  },
  {
    name: 'diff',
    group: 'Troubleshooting',
    summary: 'Compare two clusters, or one with what was saved of it',
    load: async () => (await import('./diff.ts')).default,
  },
  {
    name: 'doctor',
    group: 'Troubleshooting',
    summary: 'Look for what keeps this program from working',
    load: async () => (await import('./doctor.ts')).doctorCommand(() => commands),
  },
  {
    name: 'explain',
    group: 'Troubleshooting',
    summary: 'Explain a finding of status or check',
    load: async () => (await import('./explain.ts')).default,
  },
  {
    name: 'logs',
    group: 'Troubleshooting',
    summary: 'Read, follow and prettify the logs of a cluster',
    load: async () => (await import('./logs.ts')).default,
  },
  {
    name: 'status',
    group: 'Database administration',
    summary: 'Show the state of a cluster and its instances',
    load: async () => (await import('./status.ts')).default,
  },
  {
    name: 'completion',
    group: 'Additional Commands',
    summary: 'Print the script that completes lines in a shell',
    load: async () => (await import('./completion.ts')).default,
  },
  {
    name: 'version',
    group: 'Additional Commands',
    summary: 'Print the version of this program and of what it talks to',
    load: async () => (await import('./version.ts')).default,
  },
]
