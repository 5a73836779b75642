import { profileOf, type Judged } from './profile.ts'
import { DECLARED, SECTIONS } from './sections.ts'
import type { ClusterDiff, Difference, DiffSide, Fact, Profile } from './types.ts'

/** One side: what was read, and how the user named it. */
export interface Compared extends Judged {
  source: string
}

/**
 * Compares two clusters, or one at two moments, by meaning: what always moves (ages, positions, times) is no difference. Where
 * the clusters have different names, names made from those (`NAME-1`, `NAME-ca`) count as the same. A section that one side could
 * not read is told of and not compared.
 */
export function compare(left: Compared, right: Compared): ClusterDiff {
  const [a, b] = [left.snapshot.cluster.metadata, right.snapshot.cluster.metadata]
  const sameCluster = a.uid !== undefined ? a.uid === b.uid : a.name === b.name
  const leftProfile = profileOf(left, sameCluster)
  const rightProfile = profileOf(right, sameCluster)
  const differences = differencesOf(leftProfile, rightProfile, renaming(b.name, a.name))
  const reasons = (profile: Profile, side: 'left' | 'right') =>
    [...profile.unknown].map(([section, reason]) => ({ section, side, reason }))
  return {
    schemaVersion: 1,
    left: sideOf(left),
    right: sideOf(right),
    same: differences.length === 0,
    differences,
    notCompared: [...reasons(leftProfile, 'left'), ...reasons(rightProfile, 'right')],
  }
}

function sideOf({ source, status: { context, summary, takenAt } }: Compared): DiffSide {
  return { source, context, namespace: summary.namespace, name: summary.name, takenAt }
}

/** A name of the right side as it would be on the left. */
type Rename = (text: string) => string

function differencesOf(left: Profile, right: Profile, rename: Rename): Difference[] {
  const known = ({ section }: Fact) => !left.unknown.has(section) && !right.unknown.has(section)
  const before = new Map(left.facts.filter(known).map((fact) => [keyOf(fact, String), fact]))
  const after = new Map(right.facts.filter(known).map((fact) => [keyOf(fact, rename), fact]))
  return inSections([...before.keys()], [...after.keys()]).flatMap((key) => {
    const [old, next] = [before.get(key), after.get(key)]
    if (old && next && old.value === rename(next.value)) return []
    const { section, subject, field } = (old ?? next)!
    // What is not there has no properties: that it is not there says it all.
    const subjectKey = keyOf({ section, subject, field: null }, old ? String : rename)
    if (field !== null && before.has(subjectKey) !== after.has(subjectKey)) return []
    // What only one side knows of a subject that both have is a gap in the other's knowledge.
    if (field !== null && !(old && next) && !DECLARED.includes(section)) return []
    return [{ section, subject, field, left: shown(old), right: shown(next) }]
  })
}

function shown(fact: Fact | undefined): string | null {
  return fact ? (fact.text ?? fact.value) : null
}

function keyOf({ section, subject, field }: Omit<Fact, 'value'>, rename: Rename): string {
  return JSON.stringify([section, subject === null ? null : rename(subject), field])
}

/** The keys of both sides, those of one section together, in the order of the sections. */
function inSections(left: readonly string[], right: readonly string[]): string[] {
  const section = (key: string) => (JSON.parse(key) as string[])[0]!
  const all = [...new Set([...left, ...right])]
  return SECTIONS.flatMap((name) => all.filter((key) => section(key) === name))
}

function renaming(from: string, to: string): Rename {
  if (from === to || from === '') return String
  const pattern = new RegExp(`(?<![\\w-])${from.replaceAll('.', '\\.')}(?=-|$)`, 'g')
  return (text) => text.replace(pattern, () => to)
}
