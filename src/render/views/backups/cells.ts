import type { Tone } from '../../../host/types.ts'
import { wayText } from '../../../model/backups/method.ts'
import type { BackupMethod } from '../../../model/backups/method.ts'
import { isBackupFailed } from '../../../api/backup-phases.ts'
import type { BackupFacts } from '../../../model/backups/report.ts'
import type { Retention } from '../../../model/backups/retention.ts'
import { duration } from '../../../model/time.ts'
import { cell, type Cell } from '../../document.ts'

/** The operator's word, as status shows it. */
export function phaseCell({ phase }: Pick<BackupFacts, 'phase'>): Cell {
  const tone: Tone = phase === 'completed' ? 'good' : isBackupFailed(phase) ? 'bad' : 'note'
  return cell(phase ?? 'not picked up yet', tone)
}

/** The method as it stands in the object; of a plugin its name says more. */
export function methodCell({ method, plugin }: { method: BackupMethod; plugin: string | null }): Cell {
  return cell(plugin === null ? method : wayText({ method, plugin }))
}

export function spanCell(seconds: number | null): Cell {
  return cell(seconds === null ? null : duration(seconds))
}

const RETENTION: Record<Retention, (policy: string) => string> = {
  within: (policy) => `within ${policy}`,
  needed: (policy) => `needed for ${policy}`,
  obsolete: (policy) => `beyond ${policy}`,
}

/** Against the recovery window of its store. */
export function retentionCell({ retention, retentionPolicy }: BackupFacts): Cell {
  if (retention === null) return cell(null)
  return cell(RETENTION[retention](retentionPolicy ?? ''), retention === 'obsolete' ? 'warn' : 'plain')
}
