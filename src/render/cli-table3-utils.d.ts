declare module 'cli-table3/src/utils.js' {
  /** Columns that a text takes on a terminal: escape codes count nothing, wide characters two; of several lines the widest. */
  export function strlen(text: string): number
}
