/** A line of a container's log, with the time at which the kubelet took it; empty when it gave none. */
export interface SourceLine {
  time: string
  text: string
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)(?= |$)/

/** Takes the time off the front of a line that was asked for with times. */
export function sourceLine(line: string): SourceLine {
  // Nearly always: nine digits after the second, in UTC.
  if (line.charCodeAt(30) === 0x20 && line.charCodeAt(29) === 0x5a && line.charCodeAt(10) === 0x54) {
    return { time: line.slice(0, 30), text: line.slice(31) }
  }
  const time = TIME.exec(line)?.[0]
  return time === undefined ? { time: '', text: line } : { time, text: line.slice(time.length + 1) }
}
