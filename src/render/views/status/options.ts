export interface StatusViewOptions {
  /** Level of detail: 0, 1 (`-v`), 2 (`-v -v`). */
  verbosity: number
  /** `-o wide`: every column there is. */
  wide: boolean
}
