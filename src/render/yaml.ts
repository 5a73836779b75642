import { dump } from 'js-yaml'

/** YAML in the order of the value's keys, without aliases; control characters come out as escapes. */
export function renderYaml(value: unknown): string {
  // Through JSON, so that undefined members are absent and both outputs hold the same.
  return dump(JSON.parse(JSON.stringify(value)), { noRefs: true, lineWidth: -1 })
}
