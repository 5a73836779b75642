/** `npm run sandbox`: keeps a cluster of three real PostgreSQL servers running until Ctrl-C. */
import { join } from 'node:path'
import { clusterName, findKubectl, interrupted, root, startWorld } from './demo/world.ts'

const over = interrupted()
console.log('Starting a Kubernetes API and three PostgreSQL servers; this takes some seconds ...')
const world = await Promise.race([startWorld(), over])
if (world === undefined) process.exit(130)

const kubectl = findKubectl() !== undefined
const lines = kubectl
  ? [
      `kubectl cnpg status ${clusterName}`,
      'kubectl get cluster,pods',
      `kubectl logs ${clusterName}-1`,
      `kubectl cnpg promote ${clusterName} 2`,
    ]
  : [`kubectl-cnpg status ${clusterName}`, `kubectl-cnpg promote ${clusterName} 2`, 'kubectl-cnpg --help']
console.log(`Ready: ${world.sandbox.url}

Go on in another terminal:

  export KUBECONFIG='${world.kubeconfig}' PATH='${join(root, 'bin')}':"$PATH"
${lines.map((line) => `  ${line}`).join('\n')}

It is a Kubernetes API over real PostgreSQL servers, and yours alone: nothing in it reaches a real cluster.
Ctrl-C ends it and removes everything.`)

await over
console.log('Stopping ...')
await world.close()
console.log('Stopped, and removed.')
