import { PGDATA } from '../api/constants.ts'
import { plainText } from '../kube/plain-text.ts'
import { runInPod } from './ways/exec.ts'
import type { InstanceTarget } from './ways/target.ts'

/**
 * Texts of `custom.conf` and `pg_hba.conf` of an instance, by `cat` in its container. Throws CliError, or Error when a file
 * cannot be read.
 */
export async function readConfiguration(
  target: InstanceTarget,
  signal: AbortSignal,
): Promise<{ customConf: string; hbaConf: string }> {
  const read = async (file: string): Promise<string> => {
    const output = await runInPod(target, ['cat', `${PGDATA}/${file}`], { signal })
    if (output.exitCode !== 0) throw new Error(plainText(output.stderr, 160))
    return output.stdout
  }
  const [customConf, hbaConf] = await Promise.all([read('custom.conf'), read('pg_hba.conf')])
  return { customConf, hbaConf }
}
