import { buildInfo } from '../api/build-info.ts'

/** The one line of `version`, as the official plugin prints it (spec/commands-core.md 2). */
export function versionLine(): string {
  return `Build: {Version:${buildInfo.version} Commit:${buildInfo.commit} Date:${buildInfo.date}}\n`
}
