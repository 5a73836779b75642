import type { ClusterStatus } from '../cluster-status.ts'
import { secondsBetween } from '../time.ts'

/** A span for a sentence: `45s`, `14m`, `2h 5m`, `3d 4h`; never below zero. */
export function span(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  if (total < 60) return `${total}s`
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`
  return hours % 24 === 0 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** Seconds since a moment at the time of the snapshot; null when it is not known. */
export function since(status: ClusterStatus, moment: string | null): number | null {
  const seconds = secondsBetween(moment, status.takenAt)
  return seconds === null ? null : Math.max(0, seconds)
}

/** ` for 14m`, or nothing when the beginning is not known. */
export function forSpan(seconds: number | null): string {
  return seconds === null ? '' : ` for ${span(seconds)}`
}

/** `1,204` */
export function figure(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 WAL file`, `28 WAL files` */
export function counted(value: number, noun: string): string {
  return `${figure(value)} ${noun}${value === 1 ? '' : 's'}`
}

const MOST_NAMES = 5

/** `a`, `a and b`, `a, b and c`, `a, b, c, d, e and 7 more` */
export function names(list: readonly string[]): string {
  const shown =
    list.length > MOST_NAMES ? [...list.slice(0, MOST_NAMES), `${list.length - MOST_NAMES} more`] : [...list]
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}

const LONGEST_QUOTE = 400

/** A message of somebody else as part of a sentence: one line, not too long, without its full stop. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE - 1)}…` : line
}

/** `: message`, or nothing when there is none. */
export function because(text: string | null | undefined): string {
  return text ? `: ${quote(text)}` : ''
}

/** Commands that do not look into the cluster's namespace. */
const ELSEWHERE = /^(?!kubectl )|--all-namespaces|report operator|cnpg version/

/** Fills a command of the rules table; null when it needs an instance and there is none. */
export function command(status: ClusterStatus, template: string, instance?: string): string | null {
  if (/\bINSTANCE\b/.test(template) && instance === undefined) return null
  const { name, namespace } = status.summary
  const filled = template.replace(/\bCLUSTER\b/g, () => name).replace(/\bINSTANCE\b/g, () => instance ?? '')
  if (namespace === 'default' || ELSEWHERE.test(filled)) return filled
  // What follows ` -- ` goes to another program.
  const [own = '', ...rest] = filled.split(' -- ')
  return [`${own} -n ${namespace}`, ...rest].join(' -- ')
}
