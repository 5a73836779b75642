import type { KubeList } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import type { GetOptions, ListOptions } from './session.ts'

const DEFAULT_LIMIT = 500

/**
 * Reads a list page by page with `limit` and `continue`. When a page's token has expired (410) the list is read once
 * more in one piece. The answer's metadata is that of the first page.
 */
export async function listPages<T>(
  getPage: (options: GetOptions) => Promise<KubeList<T>>,
  options: ListOptions,
): Promise<KubeList<T>> {
  const { labelSelector, fieldSelector, limit = DEFAULT_LIMIT, query = [], ...rest } = options
  const fixed: (readonly [string, string])[] = [...query]
  if (labelSelector !== undefined) fixed.push(['labelSelector', labelSelector])
  if (fieldSelector !== undefined) fixed.push(['fieldSelector', fieldSelector])

  const first = await getPage({ ...rest, query: [...fixed, ['limit', String(limit)]] })
  const items = [...(first.items ?? [])]
  let next = first.metadata?.continue
  try {
    while (next) {
      const page: KubeList<T> = await getPage({
        ...rest,
        query: [...fixed, ['limit', String(limit)], ['continue', next]],
      })
      items.push(...(page.items ?? []))
      next = page.metadata?.continue
    }
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 410) throw error
    return getPage({ ...rest, query: fixed })
  }
  const { continue: _continue, remainingItemCount: _remaining, ...metadata } = first.metadata ?? {}
  return { ...first, metadata, items }
}
