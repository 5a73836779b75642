import { join } from 'node:path'

/** Where things are in a real instance pod (spec/wire-formats.md E.1). */
export const containerPaths = {
  volume: '/var/lib/postgresql/data',
  data: '/var/lib/postgresql/data/pgdata',
  certificates: '/controller/certificates',
  run: '/controller/run',
  controller: '/controller',
} as const

/** Where the same things are in the sandbox's folder. */
export interface Layout {
  /** Stands for /var/lib/postgresql/data. */
  volume: string
  /** PGDATA. */
  data: string
  certificates: string
  /** Folder of the Unix socket: short, since a socket's path may have 107 bytes. */
  run: string
  controller: string
  /** What the server says before its log collector runs, and what initdb says. */
  output: string
}

export function layoutOf(folder: string, pod: string, serial: number): Layout {
  const home = join(folder, pod)
  const volume = join(home, 'data')
  const controller = join(home, 'controller')
  return {
    volume,
    data: join(volume, 'pgdata'),
    certificates: join(controller, 'certificates'),
    run: join(folder, 'run', String(serial)),
    controller,
    output: join(home, 'output'),
  }
}

/** Text with the container's paths replaced by those of the machine. */
export function toHost(layout: Layout, text: string): string {
  return text
    .replaceAll(containerPaths.volume, layout.volume)
    .replaceAll(containerPaths.run, layout.run)
    .replaceAll(containerPaths.controller, layout.controller)
}

/** The other way: what a pod prints never shows where the sandbox lies. */
export function toContainer(layout: Layout, text: string): string {
  return text
    .replaceAll(layout.volume, containerPaths.volume)
    .replaceAll(layout.run, containerPaths.run)
    .replaceAll(layout.controller, containerPaths.controller)
}
