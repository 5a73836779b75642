import type { LogRequest } from '../types.ts'

/**
 * What the kubelet makes of a container's log: lines since a time, the last so many of them, with timestamps in front,
 * and no more bytes than asked for. Lines without a time of their own count as written at the first known one.
 */
export function* selectLines(lines: readonly string[], request: LogRequest, now = new Date()): Generator<string> {
  const since = sinceOf(request, now)
  const timed = lines.map((line) => ({ line, time: timeOf(line) }))
  const recent = since === undefined ? timed : timed.filter(({ time }) => time !== undefined && time.getTime() >= since)
  const last =
    request.tailLines === undefined ? recent : request.tailLines === 0 ? [] : recent.slice(-request.tailLines)
  let left = request.limitBytes ?? Infinity
  for (const { line, time } of last) {
    const text = request.timestamps ? `${(time ?? new Date(0)).toISOString()} ${line}` : line
    const bytes = Buffer.from(text)
    if (left <= 0) return
    yield bytes.length + 1 <= left ? text : bytes.subarray(0, left).toString('utf8')
    left -= bytes.length + 1
  }
}

function sinceOf(request: LogRequest, now: Date): number | undefined {
  if (request.sinceTime !== undefined) return Date.parse(request.sinceTime)
  return request.sinceSeconds === undefined ? undefined : now.getTime() - request.sinceSeconds * 1000
}

/** The time in a line of the instance manager: `ts`, in seconds or as text. */
function timeOf(line: string): Date | undefined {
  const found = /"ts":\s*(?:"([^"]+)"|(\d+(?:\.\d+)?))/.exec(line)
  if (found === null) return undefined
  const time = found[1] === undefined ? new Date(Number(found[2]) * 1000) : new Date(found[1])
  return Number.isNaN(time.getTime()) ? undefined : time
}
