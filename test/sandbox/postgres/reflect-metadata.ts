/**
 * The three functions of the "reflect-metadata" proposal that @peculiar/x509's dependency injection asks for when it is loaded. Its
 * classes are registered by hand, so that nothing is ever stored under the keys it reads.
 */
interface Metadata {
  defineMetadata(key: unknown, value: unknown, target: object): void
  getMetadata(key: unknown, target: object): unknown
  getOwnMetadata(key: unknown, target: object): unknown
}

const reflect = Reflect as typeof Reflect & Partial<Metadata>
if (reflect.getMetadata === undefined) {
  const store = new WeakMap<object, Map<unknown, unknown>>()
  const read = (key: unknown, target: object) => store.get(target)?.get(key)
  reflect.defineMetadata = (key, value, target) => {
    const own = store.get(target) ?? new Map<unknown, unknown>()
    store.set(target, own.set(key, value))
  }
  reflect.getMetadata = read
  reflect.getOwnMetadata = read
}
