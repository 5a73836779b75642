import { own } from './text.ts'

/** Names in a log can be invented, and be long; memory stays flat. */
const MOST = 1000
const LONGEST = 200

/** The same function, which makes a text of each text once: names come again by the hundred thousand. */
export function remembered(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    if (text.length > LONGEST) return make(text)
    const found = known.get(text)
    if (found !== undefined) return found
    const made = own(make(text))
    if (known.size >= MOST) known.clear()
    known.set(own(text), made)
    return made
  }
}
