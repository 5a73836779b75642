import { dump } from 'js-yaml'

import { visible } from '../api/visible-text.ts'

/** A control character, which the library always escapes in double quotes: `\x80`. */
const MARK = '\u0080'

/**
 * YAML in the order of the value's keys, without aliases. Characters that a terminal would obey or hide come out as
 * escapes: the library does so for controls only, thus the others go through it between two controls.
 */
export function renderYaml(value: unknown): string {
  // Through JSON, so that undefined members are absent and both outputs hold the same.
  const plain: unknown = JSON.parse(JSON.stringify(value), (_key, member: unknown) =>
    typeof member === 'string' ? member.replace(/\P{ASCII}/gu, marked) : member,
  )
  const text = dump(plain, { noRefs: true, lineWidth: -1 })
  return text.replace(/\\x80([0-9A-F]+)\\x80/g, (_match, code: string) => `\\U${code.padStart(8, '0')}`)
}

function marked(character: string): string {
  if (visible(character) === character) return character
  return MARK + (character.codePointAt(0) ?? 0).toString(16).toUpperCase() + MARK
}
