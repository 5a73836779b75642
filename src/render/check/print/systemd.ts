import { visible } from '../../../api/visible-text.ts'

export interface SystemdFacts {
  /** Of the units, without their ending. */
  name: string
  command: readonly string[]
  everyMs: number
  timeoutMs: number
}

/** A service and its timer, each below a comment with the path it belongs to. */
export function systemdText({ name, command, everyMs, timeoutMs }: SystemdFacts): string {
  const limit = Math.ceil(timeoutMs / 1000) + 20
  return `# /etc/systemd/system/${name}.service
[Unit]
Description=Check of CloudNativePG clusters
Documentation=https://cloudnative-pg.io
Wants=network-online.target
After=network-online.target
# What a failed check starts, e.g. a unit that sends a mail:
#OnFailure=

[Service]
Type=oneshot
# The kubeconfig is readable for this unit alone, wherever it comes from.
LoadCredential=kubeconfig:/etc/kubectl-cnpg/kubeconfig
Environment=KUBECONFIG=%d/kubeconfig
ExecStart=${command.map(quoted).join(' ')}
# A warning (1) is no failure of the unit; CRITICAL (2) and UNKNOWN (3) are.
SuccessExitStatus=1
TimeoutStartSec=${limit}
DynamicUser=yes
StateDirectory=${name}
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

# /etc/systemd/system/${name}.timer
[Unit]
Description=Timer for the check of CloudNativePG clusters

[Timer]
OnBootSec=1min
OnUnitActiveSec=${Math.ceil(everyMs / 1000)}s
AccuracySec=5s

[Install]
WantedBy=timers.target
`
}

/** A word of ExecStart: systemd expands % and $, and takes quotes and backslashes as a shell does. */
function quoted(word: string): string {
  const text = visible(word).replaceAll('%', '%%').replaceAll('$', '$$$$')
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
