/**
 * The name of the instance that an INSTANCE argument means (spec/commands-core.md 1.8): a decimal integer stands for
 * CLUSTER-INTEGER with its text as typed, anything else is the name itself.
 */
export function instanceName(cluster: string, argument: string): string {
  return /^[+-]?\d+$/.test(argument) ? `${cluster}-${argument}` : argument
}
