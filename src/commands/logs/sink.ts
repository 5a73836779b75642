import type { OutputStream } from '../../host/types.ts'

/** Where the lines go: stdout or a file. */
export type Target = Pick<OutputStream, 'write' | 'closed'>

/**
 * Takes text from several writers and hands it on in large pieces, each text whole. A writer waits until its text was
 * handed on, so that nobody runs ahead of a slow reader.
 */
export class Sink {
  readonly #target: Target
  #pending: string[] = []
  #next: Promise<void> | undefined

  constructor(target: Target) {
    this.#target = target
  }

  /** True once the reader has gone. */
  get closed(): boolean {
    return this.#target.closed
  }

  write(text: string): Promise<void> {
    if (text === '') return Promise.resolve()
    this.#pending.push(text)
    // What comes while a write is under way goes out together behind it.
    this.#next ??= (this.#current ?? Promise.resolve()).then(() => this.#flush())
    return this.#next
  }

  #current: Promise<void> | undefined

  #flush(): Promise<void> {
    const text = this.#pending.join('')
    this.#pending = []
    this.#next = undefined
    this.#current = this.#target.write(text)
    return this.#current
  }
}
