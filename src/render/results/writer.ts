/** A column of a result. */
export interface ResultColumn {
  name: string
  /** OID of its type in PostgreSQL. */
  type: number
}

/** Writes results of statements as text, piece by piece; every piece may be empty. */
export interface ResultWriter {
  /** A statement that gives rows begins. */
  begin(columns: readonly ResultColumn[]): string
  /** One row, as PostgreSQL writes values; null is NULL. */
  row(values: readonly (string | null)[]): string
  /** The statement is done; `tag` as PostgreSQL words it, e.g. `INSERT 0 1`. */
  end(tag: string): string
}

/** int8, int2, int4, oid, xid, cid, float4, float8, money, numeric, xid8: right-aligned by psql. */
const RIGHT_ALIGNED = new Set([20, 21, 23, 26, 28, 29, 700, 701, 790, 1700, 5069])
/** Of these, what JSON can write as a number. */
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700])
const BOOLEAN = 16
const JSON_TYPES = new Set([114, 3802])

export type ColumnKind = 'number' | 'boolean' | 'json' | 'text'

export function isRightAligned({ type }: ResultColumn): boolean {
  return RIGHT_ALIGNED.has(type)
}

/** How JSON writes a column. */
export function kindOf({ type }: ResultColumn): ColumnKind {
  if (NUMBERS.has(type)) return 'number'
  if (type === BOOLEAN) return 'boolean'
  return JSON_TYPES.has(type) ? 'json' : 'text'
}
