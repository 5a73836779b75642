import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Session } from '../../kube/session.ts'
import type { DoctorItem } from '../../model/doctor/report.ts'
import { readOperators } from '../../snapshot/operator.ts'
import { failed, item } from './connection.ts'

const SUBJECT = 'Operator'

/** The Deployments of the operator, wherever the user may look. */
export async function operatorItem(session: Session, { host, signal }: Context): Promise<DoctorItem> {
  try {
    const found = await readOperators(session, { clock: host.clock, signal })
    if (!found.ok) {
      const standing = found.reason === 'forbidden' ? 'unknown' : 'bad'
      return item(SUBJECT, standing, found.message, found.hint)
    }
    if (found.value.length === 0) return item(SUBJECT, 'note', 'there is no Deployment with its usual labels')
    const texts = found.value.map(
      ({ version, namespace, available, replicas }) =>
        `${version ?? 'of unknown version'} in ${namespace}, ${available}/${replicas} available`,
    )
    const down = found.value.some(({ available }) => available === 0)
    return item(
      SUBJECT,
      down ? 'bad' : 'good',
      texts.join('; '),
      down ? 'Without it nobody fails over: kubectl cnpg explain operator-absent' : undefined,
    )
  } catch (error) {
    if (error instanceof CliError) return failed(SUBJECT, error)
    throw error
  }
}
