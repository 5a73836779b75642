/** Headings of the status screen by which its sections are told apart. */
export const INSTANCES = 'Instances status'
export const REPLICATION = 'Streaming Replication status'
export const FINDINGS = 'Findings'
export const BACKUP = 'Continuous Backup status'
export const CERTIFICATES = 'Certificates Status'
export const SUMMARIES: readonly string[] = ['Cluster Summary', 'Replica Cluster Summary']
