/** Returns the sum of the connections' current bit rates, in bits per second. */
export async function sumOfBitrates(
  connections: Iterable<{ bitrateBps(): Promise<number> }>,
): Promise<number> {
  const all = await Promise.all([...connections].map((one) => one.bitrateBps()));
  return all.reduce((sum, bps) => sum + bps, 0);
}
