import { CliError } from '../errors/cli-error.ts'

/** The server's address as Go reads it: without a scheme it is http; query and fragment are dropped. */
export function serverUrl(server: string): URL {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`)
    if (url.protocol === 'https:' || url.protocol === 'http:') {
      url.search = ''
      url.hash = ''
      return url
    }
  } catch {
    // Reported below together with foreign schemes.
  }
  throw new CliError({
    kind: 'config',
    message: `the server address "${server}" is not an http or https URL`,
    hint: 'Write it like https://10.0.0.1:6443, in the kubeconfig or with --server.',
  })
}
