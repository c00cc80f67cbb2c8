/** The middle of several rounds, and how far apart they were. */
export type Spread = { median: number; min: number; max: number };

/** A measured quantity, such as 5.9 "us/packet". */
export type Figure = Spread & { unit: string };

/** One line of the table. Numbers stay numbers here; the table words them. */
export type Row = {
  name: string;
  /** What Onair needs. */
  measured: Figure;
  /** What the least that could do the job needs, measured in the same run; null when there is none. */
  baseline: Figure | null;
  /** measured / baseline, of rounds that ran one after the other. */
  ratio: Spread | null;
  /** The limit on the ratio, or on the measured figure itself. Null: told, not judged. */
  wanted: Wanted | null;
};

export type Wanted = { of: 'ratio' | 'measured' } & ({ atMost: number } | { atLeast: number });

/** One round: Onair and the baseline measured right after each other, in the same unit. */
export type Round = { measured: number; baseline: number };

/** A part that can't run on this machine. The message is a sentence that says why. */
export class CannotRun extends Error {}

/** @throws {RangeError} of no values */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError('nothing was measured');
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? min;
  return { median: (lower + upper) / 2, min, max };
}

/** The line for rounds of Onair against a baseline: each round has its own ratio, so that noise cancels. */
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

/** The same row, judged by what was measured and not by its ratio. */
export function measuredAtMost(row: Row, atMost: number): Row {
  return { ...row, wanted: { of: 'measured', atMost } };
}

/** The line for something that is judged by itself. */
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
