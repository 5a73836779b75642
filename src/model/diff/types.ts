/** One thing that is true of a cluster, in words without ages, positions or other figures that always move. */
export interface Fact {
  section: string
  /** What it is about, e.g. an instance; null: the cluster. */
  subject: string | null
  /** Which property; null: that the subject is there. */
  field: string | null
  value: string
  /** What is shown in place of the value, when that says more than what is compared. */
  text?: string
}

/** What a cluster is, as far as it can be compared. */
export interface Profile {
  facts: Fact[]
  /** Sections of which nothing is known, with the reason. */
  unknown: ReadonlyMap<string, string>
}

/** One side of a comparison. */
export interface DiffSide {
  /** As the user gave it: a file or a cluster. */
  source: string
  context: string | null
  namespace: string
  name: string
  takenAt: string
}

export interface Difference {
  section: string
  subject: string | null
  field: string | null
  /** null: not there. */
  left: string | null
  right: string | null
}

/** How two clusters, or one at two moments, differ by meaning. What `diff -o json` prints. */
export interface ClusterDiff {
  schemaVersion: 1
  left: DiffSide
  right: DiffSide
  /** No differences; sections that could not be compared do not count. */
  same: boolean
  differences: Difference[]
  notCompared: { section: string; side: 'left' | 'right'; reason: string }[]
}
