/** `npm run demo`: the status screen of a cluster of three real PostgreSQL servers, on a machine without Kubernetes. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { clusterName, findKubectl, interrupted, root, startWorld, type World } from './demo/world.ts'

const megabytes = 6

async function demo(): Promise<number> {
  say('Starting a Kubernetes API and three PostgreSQL servers (one primary, two streaming standbys) ...')
  const started = Date.now()
  const world = await startWorld()
  try {
    const [cluster] = world.sandbox.clusters
    say(
      `Ready after ${((Date.now() - started) / 1000).toFixed(1)} s: ${world.sandbox.url}, PostgreSQL ${cluster!.version}`,
    )
    say(`Writing ${megabytes} MB, so that the WAL positions move ...`)
    await cluster!.generateWal(megabytes << 20)
    await cluster!.waitReplayed()
    return await showStatus(world)
  } finally {
    await world.close()
  }
}

async function showStatus(world: World): Promise<number> {
  const kubectl = findKubectl()
  const [command, ...words] =
    kubectl === undefined
      ? [process.execPath, join(root, 'bin', 'kubectl-cnpg'), 'status', clusterName]
      : [kubectl, 'cnpg', 'status', clusterName]
  say(`\n$ ${kubectl === undefined ? 'bin/kubectl-cnpg' : 'kubectl cnpg'} status ${clusterName}`)
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, words, { stdio: 'inherit', env: world.environment })
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
  if (code !== 0) say(`\nThe command ended with exit code ${code}.`)
  else say('\nTo go on by hand: npm run sandbox keeps such a cluster running and says how to reach it.')
  return code
}

function say(text: string): void {
  console.log(text)
}

process.exitCode = await Promise.race([demo(), interrupted().then(() => 130)])
if (process.exitCode === 130) process.exit()
