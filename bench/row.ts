/** The median of several rounds, and their range. */
export type Spread = { median: number; min: number; max: number };

/** A measured quantity, such as 5.9 "us/packet". */
export type Figure = Spread & { unit: string };

/** One line of the table. Values are numbers here; the table formats them. */
export type Row = {
  name: string;
  /** Onair's figure. */
  measured: Figure;
  /** The figure of the minimal alternative, measured in the same run; null if none exists. */
  baseline: Figure | null;
  /** The ratio measured / baseline in each round. */
  ratio: Spread | null;
  /** The limit on the ratio or on the measured figure itself; null if the row has no limit. */
  wanted: Wanted | null;
};

export type Wanted = { of: 'ratio' | 'measured' } & ({ atMost: number } | { atLeast: number });

/** One round: Onair and the baseline, measured one right after the other in the same unit. */
export type Round = { measured: number; baseline: number };

/** Thrown if a benchmark can't run on this machine. The message is a sentence with the reason. */
export class CannotRun extends Error {}

/** @throws {RangeError} for an empty list */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError('nothing was measured');
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? min;
  return { median: (lower + upper) / 2, min, max };
}

/**
 * Returns the row for rounds of Onair against a baseline. The ratio is computed per round, so that
 * noise cancels out.
 */
export function comparison(
  name: string,
  {
    unit,
    rounds,
    ratioAtMost = null,
    ratioAtLeast = null,
  }: {
    unit: string;
    rounds: readonly Round[];
    ratioAtMost?: number | null;
    ratioAtLeast?: number | null;
  },
): Row {
  return {
    name,
    measured: { ...spread(rounds.map(({ measured }) => measured)), unit },
    baseline: { ...spread(rounds.map(({ baseline }) => baseline)), unit },
    ratio: spread(rounds.map(({ measured, baseline }) => measured / baseline)),
    wanted: wantedRatio(ratioAtMost, ratioAtLeast),
  };
}

function wantedRatio(atMost: number | null, atLeast: number | null): Wanted | null {
  if (atMost !== null) return { of: 'ratio', atMost };
  return atLeast === null ? null : { of: 'ratio', atLeast };
}

/** Returns the same row with a limit on the measured figure instead of the ratio. */
export function measuredAtMost(row: Row, atMost: number): Row {
  return { ...row, wanted: { of: 'measured', atMost } };
}

/** Returns the row for a figure without a baseline. */
export function figure(
  name: string,
  { unit, values, atMost }: { unit: string; values: readonly number[]; atMost: number | null },
): Row {
  return {
    name,
    measured: { ...spread(values), unit },
    baseline: null,
    ratio: null,
    wanted: atMost === null ? null : { of: 'measured', atMost },
  };
}
