/** A span by its greatest unit, as an age in a table: `45s`, `12m`, `3h`, `3d`. */
export function roughly(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return `${Math.floor(seconds)}s`
  const hours = Math.floor(minutes / 60)
  if (hours < 1) return `${minutes}m`
  const days = Math.floor(hours / 24)
  return days < 1 ? `${hours}h` : `${days}d`
}
