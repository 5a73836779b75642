import type { LogLine } from '../../model/logs/record.ts'

/**
 * One line of a log for programs, ending in a line feed: a JSON object in any case. Records stay as they were written;
 * any other text becomes the message of one. Empty for a blank line.
 */
export function jsonLine(line: LogLine, source: string): string {
  if (line.kind === 'text') {
    if (line.text.trim() === '') return ''
    const { text: msg, time: ts, pod, logger } = line
    const known = Object.entries({ ts, logger, logging_pod: pod }).filter(([, value]) => value !== '')
    return `${JSON.stringify({ ...Object.fromEntries(known), msg })}\n`
  }
  const start = source.indexOf('{')
  return `${start === 0 ? source : source.slice(start)}\n`
}
