const ROUNDS = 12;
const FACTOR = 16;

/**
 * Returns how the run time of `run` grows with the size of its input, relative to linear growth:
 * about 1 if it is linear, about 16 if it is quadratic. Compares 16 runs on an input of `size` with
 * one run on an input 16 times as large. The two are measured in turn, and the shortest time of
 * each counts, so the machine's speed and load cancel out.
 */
export function growth(run: (size: number) => unknown, size: number): number {
  let [manySmallMs, oneLargeMs] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    manySmallMs = Math.min(
      manySmallMs,
      timeOf(() => {
        for (let i = 0; i < FACTOR; i += 1) run(size);
      }),
    );
    oneLargeMs = Math.min(
      oneLargeMs,
      timeOf(() => run(size * FACTOR)),
    );
  }
  return oneLargeMs / manySmallMs;
}

/**
 * The limit of {@link growth} for linear time. It is above 1 because larger inputs don't fit into
 * the caches; quadratic code is far above it.
 */
export const LINEAR = 6;

function timeOf(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
