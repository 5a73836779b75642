import { BACKUP_CASES } from './backups.ts'
import type { RuleCase } from './case.ts'
import { INSTANCE_CASES } from './instances.ts'
import { OPERATION_CASES } from './operations.ts'
import { PRIMARY_CASES } from './primary.ts'
import { REPLICATION_CASES } from './replication.ts'

export const RULE_CASES: readonly RuleCase[] = [
  ...PRIMARY_CASES,
  ...INSTANCE_CASES,
  ...REPLICATION_CASES,
  ...BACKUP_CASES,
  ...OPERATION_CASES,
]
