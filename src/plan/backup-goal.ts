import type { Backup } from '../api/companions.ts'
import type { BaseBackupProgress } from '../api/snapshot.ts'
import { isBackupFailed } from '../api/backup-phases.ts'
import { span } from '../model/rules/words.ts'
import { prettySize } from '../model/size.ts'
import { secondsBetween, toUtc } from '../model/time.ts'
import { walRange } from '../model/backups/wal-range.ts'
import type { Goal, Judgement, Phase } from './wait.ts'

/** What is seen of a backup on its way. */
export interface BackupSight {
  /** Undefined: the object is gone. */
  backup: Backup | undefined
  /** The base backup that runs on the instance, where PostgreSQL knows of it. */
  progress: BaseBackupProgress | undefined
}

/** Percentages that are told one after the other where nobody sees a spinner. */
const MILESTONES = [25, 50, 75]

const PHASES: Readonly<Record<string, (instance: string) => string>> = {
  pending: () => 'waits for another backup to end',
  started: (instance) => `started on ${instance}`,
  running: (instance) => `runs on ${instance}`,
  finalizing: (instance) => `${instance} finishes it`,
  walArchivingFailing: () => 'waits for WAL archiving to work',
}

/** Judges a backup by its object; `usual` are the seconds that the last one took. */
export function goalOfBackup(usual: number | null): Goal<BackupSight> {
  return ({ backup, progress }) => {
    if (backup === undefined) return { phases: [], verdict: 'failed', reason: 'the Backup object was deleted' }
    const phase = backup.status?.phase ?? ''
    if (isBackupFailed(phase)) return { phases: [], verdict: 'failed', reason: failure(backup) }
    if (phase === 'completed') return { phases: [], verdict: 'proved', reason: summary(backup) }
    return running(backup, phase, progress, usual)
  }
}

function running(
  { status }: Backup,
  phase: string,
  progress: BaseBackupProgress | undefined,
  usual: number | null,
): Judgement {
  const instance = status?.instanceID?.podName ?? 'an instance'
  const words = phase === '' ? 'the operator has not picked it up yet' : (PHASES[phase]?.(instance) ?? phase)
  const phases: Phase[] = phase === '' ? [] : [{ id: phase, text: words }]
  if (progress === undefined) {
    const hint = usual === null || phase !== 'running' ? '' : `; the last one took ${span(usual)}`
    return { phases, verdict: 'running', reason: `${words}${hint}` }
  }
  const { percent, text } = progressOf(progress)
  const milestone = MILESTONES.findLast((each) => percent !== null && percent >= each)
  if (milestone !== undefined) phases.push({ id: `${milestone}%`, text })
  return { phases, verdict: 'running', reason: `${instance}: ${text}` }
}

/** `12 MB of 40 MB copied (30%)`; before the size is known what the server does. */
export function progressOf({ phase, streamedBytes, totalBytes }: BaseBackupProgress): {
  percent: number | null
  text: string
} {
  const copied = prettySize(streamedBytes)
  if (totalBytes === null || totalBytes === 0) {
    return { percent: null, text: streamedBytes === 0 ? phase : `${copied} copied` }
  }
  // What grows meanwhile is sent too, so that more than all can be.
  const percent = Math.min(100, Math.floor((streamedBytes / totalBytes) * 100))
  return { percent, text: `${copied} of ${prettySize(totalBytes)} copied (${percent}%)` }
}

function failure({ status }: Backup): string {
  const said = [status?.error, status?.commandError].filter((text) => text !== undefined && text !== '')
  return said.length === 0 ? 'the operator gives no reason' : said.join('; ')
}

function summary({ status }: Backup): string {
  const took = secondsBetween(toUtc(status?.startedAt), toUtc(status?.stoppedAt))
  const wal = walRange(status?.beginWal, status?.endWal)
  return [
    ...(took === null ? [] : [`copied in ${span(took)}`]),
    ...(status?.instanceID?.podName === undefined ? [] : [`by ${status.instanceID.podName}`]),
    ...(wal === null ? [] : [`WAL ${wal}`]),
  ].join(', ')
}
