/** Synchronous replication that the spec asks for, and what there is of it. */
export interface Synchronous {
  method: 'any' | 'first'
  /** Standbys that have to confirm a commit. */
  wanted: number
  /** Standbys that stream with sync state sync or quorum; null when the primary did not tell. */
  confirming: number | null
  dataDurability: 'required' | 'preferred'
}

export interface Replication {
  /**
   * `single`: one instance wanted; `unknown`: the primary did not tell; `none`: it told of no standby; `rows`: see `standbys`;
   * `replica-cluster`: the cluster follows another one.
   */
  state: 'single' | 'unknown' | 'none' | 'rows' | 'replica-cluster'
  slotsEnabled: boolean
  slotPrefix: string | null
  standbys: StandbyRow[]
  /** Standbys outside this cluster that stream from it: by SQL when it was asked, else by the metrics, which tell less. */
  foreign: ForeignStandby[]
  /** Of a replica cluster: does the designated primary receive from its source? null: unknown, or the source is an archive only. */
  sourceStreaming: boolean | null
}

export interface ForeignStandby {
  name: string
  state: string | null
  address: string | null
  sentLsn: string | null
  replayLsn: string | null
  replayLagBytes: number | null
}

/** One row of the primary's replication table. Lags are taken within that one record, never below zero. */
export interface StandbyRow {
  name: string
  state: string | null
  sentLsn: string | null
  writeLsn: string | null
  flushLsn: string | null
  replayLsn: string | null
  /** Interval text as PostgreSQL printed it. */
  writeLag: string | null
  flushLag: string | null
  replayLag: string | null
  writeLagSeconds: number | null
  flushLagSeconds: number | null
  replayLagSeconds: number | null
  /** From the primary's write position to: what was sent, what is safe there, what is visible there. */
  sendLagBytes: number | null
  flushLagBytes: number | null
  replayLagBytes: number | null
  syncState: string | null
  syncPriority: string | null
  /** The instance's slot; null when the primary has none of the expected name or slots are off. */
  slot: Slot | null
}

export interface Slot {
  name: string
  type: string | null
  database: string | null
  active: boolean
  restartLsn: string | null
  xmin: string | null
  catalogXmin: string | null
  datoid: string | null
  plugin: string | null
  walStatus: string | null
  safeWalBytes: number | null
  /** WAL between the slot and the write position; null where there is no restart LSN (lost slots). */
  heldBytes: number | null
  /** The operator's own (name with the prefix). */
  managed: boolean
  /** The instance it belongs to, of managed ones. */
  instance: string | null
}
