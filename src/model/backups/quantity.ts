const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
}

/** Bytes of a size as Kubernetes writes it: `5Gi`, `500M`, `1073741824`; null when it is none. */
export function quantityBytes(text: string | null | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)([kMGTP]|[KMGTP]i)?$/.exec(text ?? '')
  return match === null ? null : Math.round(Number(match[1]) * (FACTORS[match[2] ?? ''] ?? 1))
}
