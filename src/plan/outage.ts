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
  /** How much less it may have been: the time between the questions on both sides of the gap. */
  accuracySeconds: number
}

/**
 * The time without a primary that answers, from the last answer of one to the next one's first. Two answers with no failed
 * question between them are no outage, however far apart. Null when no primary answered at all.
 */
export function outageOf(samples: readonly Sample[]): Outage | null {
  const answers = samples.filter(({ primary }) => primary).sort((a, b) => a.answeredAt - b.answeredAt)
  if (answers.length === 0) return null
  const failures = samples.filter(({ primary }) => !primary)
  let [milliseconds, slack] = [0, 0]
  for (const [index, next] of answers.entries()) {
    const last = answers[index - 1]
    if (last === undefined) continue
    const between = failures.filter(
      ({ instance, askedAt, answeredAt }) =>
        instance === last.instance && askedAt >= last.askedAt && answeredAt <= next.answeredAt,
    )
    if (between.length === 0 && last.instance === next.instance) continue
    const missed = (name: string) =>
      failures
        .filter(({ instance, askedAt }) => instance === name && askedAt >= last.askedAt && askedAt <= next.askedAt)
        .map(({ askedAt }) => askedAt)
    const first = Math.min(next.askedAt, ...missed(last.instance))
    const latest = Math.max(last.answeredAt, ...missed(next.instance))
    milliseconds += next.answeredAt - last.answeredAt
    slack += Math.max(0, first - last.answeredAt) + Math.max(0, next.answeredAt - latest)
  }
  return { seconds: milliseconds / 1000, accuracySeconds: Math.min(slack, milliseconds) / 1000 }
}
