import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'

/** What a command's input is, as exec wants it. */
export interface PsqlInput {
  readonly stdin: AsyncIterable<Uint8Array>
  /** What ends it where its end cannot be passed on; to be asked after the last byte. */
  readonly endOfInput: () => Uint8Array
}

const LINE_FEED = 0x0a
const CTRL_C = 0x03

/** Options of psql with which it takes its commands from elsewhere; its input is then at most data of COPY. */
const COMMAND_GIVEN = /^(-[A-Za-z0-9]*[cfl]|--(command|file|list)(=|$))/

/**
 * A script or data for psql as it comes. Where the end of the input cannot be passed on (API servers before Kubernetes
 * 1.30) it ends with what psql takes for an end: `\q` of a script, `\.` of data for COPY, on a line of its own.
 */
export function scriptInput(source: AsyncIterable<Uint8Array>, psqlArgs: readonly string[]): PsqlInput {
  const farewell = psqlArgs.some((word) => COMMAND_GIVEN.test(word)) ? '\\.\n' : '\\q\n'
  let last = LINE_FEED
  return {
    stdin: {
      async *[Symbol.asyncIterator]() {
        for await (const chunk of source) {
          last = chunk.at(-1) ?? last
          yield chunk
        }
      },
    },
    endOfInput: () => Buffer.from(last === LINE_FEED ? farewell : `\n${farewell}`),
  }
}

export interface Keyboard {
  readonly stdin: AsyncIterable<Uint8Array>
  /** To be told of everything that the other side says. */
  heard(): void
}

/** This many times, over at least so many milliseconds, Ctrl-C goes unanswered until the connection counts as dead. */
const UNANSWERED = 3
const PATIENCE_MS = 2_000

/**
 * The keys of a terminal in raw mode, where Ctrl-C is one of them and goes to psql. A live psql answers to it; when
 * nothing at all comes back for three of them within more than two seconds the connection is dead, and the way out is this
 * error: CliError unreachable.
 */
export function keyboard(source: AsyncIterable<Uint8Array>, clock: Clock): Keyboard {
  let unanswered = 0
  let since = 0
  return {
    stdin: {
      async *[Symbol.asyncIterator]() {
        for await (const keys of source) {
          if (keys.every((key) => key === CTRL_C)) {
            if (unanswered === 0) since = clock.monotonic()
            unanswered += keys.length
            if (unanswered >= UNANSWERED && clock.monotonic() - since >= PATIENCE_MS) throw dead()
          }
          yield keys
        }
      },
    },
    heard() {
      unanswered = 0
    },
  }
}

function dead(): CliError {
  return new CliError({
    kind: 'unreachable',
    message: 'psql does not answer any more, not even to Ctrl-C',
    hint: 'The connection was given up. Whether the last statement was carried out is not known.',
  })
}
