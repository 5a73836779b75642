/**
 * Foreign text made safe to show: escape sequences and other control characters gone, white space folded to single
 * blanks (line ends are kept with `lines`), cut to `limit` characters.
 */
export function plainText(text: string, limit: number, lines = false): string {
  const printable = text
    .replace(/\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)?/g, '')
    .replace(/(\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, lines ? '' : ' ')
  const folded = (lines ? printable : printable.replace(/\s+/g, ' ')).trim()
  return folded.length > limit ? `${folded.slice(0, limit - 1).trimEnd()}…` : folded
}
