/** `npm run sandbox`: keeps a cluster of three real PostgreSQL servers running until Ctrl-C. */
import { join } from 'node:path'
import { clusterName, findKubectl, interrupted, root, startWorld } from './demo/world.ts'

const over = interrupted()
console.log('Starting a Kubernetes API and three PostgreSQL servers ...')
const world = await Promise.race([startWorld(), over])
if (world === undefined) process.exit(130)

const program = findKubectl() === undefined ? 'kubectl-cnpg' : 'kubectl cnpg'
console.log(`Ready: ${world.sandbox.url}

In another terminal:

  export KUBECONFIG=${world.kubeconfig} PATH=${join(root, 'bin')}:$PATH
  ${program} status ${clusterName}
  kubectl get cluster
  kubectl logs ${clusterName}-1

Ctrl-C ends it and removes everything.`)

await over
console.log('Stopping ...')
await world.close()
