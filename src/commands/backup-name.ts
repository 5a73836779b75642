/** The name of a Backup as users paste it, with or without its type: `backup.postgresql.cnpg.io/nightly` is `nightly`. */
export function backupName(text: string): string {
  return text.replace(/^backups?(\.[a-z.]+)?\//, '')
}
