/** One question to an instance, whether it is a primary that answers; times in milliseconds of one monotonic clock. */
export interface Sample {
  instance: string
  askedAt: number
  answeredAt: number
  /** False also when there was no answer. */
  primary: boolean
}

/** How long nobody answered as the primary. */
export interface Outage {
  seconds: number
  /** How much less it may have been: the time between the questions on both sides of each gap. */
  accuracySeconds: number
  /** Nobody had answered again by the end. */
  ongoing: boolean
}

/**
 * The time without a primary that answers, from the last answer of one to the next one's first, or to the end. Two answers with
 * no failed question between them are no outage, however far apart. Null when no primary answered at all.
 *
 * @param end when the questions ended, in milliseconds of the same clock
 */
export function outageOf(samples: readonly Sample[], end: number): Outage | null {
  const answers = samples.filter(({ primary }) => primary).sort((a, b) => a.answeredAt - b.answeredAt)
  const failures = samples.filter(({ primary }) => !primary)
  let [milliseconds, slack] = [0, 0]
  for (const [index, next] of answers.entries()) {
    const last = answers[index - 1]
    if (last === undefined || !isGap(last, next, failures)) continue
    const missed = (name: string) =>
      failures
        .filter(({ instance, askedAt }) => instance === name && askedAt >= last.askedAt && askedAt <= next.askedAt)
        .map(({ askedAt }) => askedAt)
    const first = Math.min(next.askedAt, ...missed(last.instance))
    const latest = Math.max(last.answeredAt, ...missed(next.instance))
    milliseconds += next.answeredAt - last.answeredAt
    slack += Math.max(0, first - last.answeredAt) + Math.max(0, next.answeredAt - latest)
  }
  const last = answers.at(-1)
  if (last === undefined) return null
  const since = failures.filter(({ instance, askedAt }) => instance === last.instance && askedAt > last.answeredAt)
  const ongoing = since.length > 0
  if (ongoing) {
    milliseconds += end - last.answeredAt
    slack += Math.min(...since.map(({ askedAt }) => askedAt)) - last.answeredAt
  }
  return { seconds: milliseconds / 1000, accuracySeconds: Math.min(slack, milliseconds) / 1000, ongoing }
}

/** Another instance answers, or the same one did not for a while. */
function isGap(last: Sample, next: Sample, failures: readonly Sample[]): boolean {
  if (last.instance !== next.instance) return true
  return failures.some(
    ({ instance, askedAt, answeredAt }) =>
      instance === last.instance && askedAt >= last.askedAt && answeredAt <= next.answeredAt,
  )
}
