import { expect, it } from 'vitest';
import { PartBuilder, type SampleGroup } from './part-builder.js';
import { partTargetS } from './targets.js';

it('ends no part before 85% of the written target, not even by half a tick', () => {
  const partS = partTargetS(1 / 3);
  const timescale = 90_000;
  const parts: SampleGroup[] = [];
  const builder = new PartBuilder({
    timescale,
    partS,
    elastic: true,
    onPart: (part) => void parts.push(part),
  });
  builder.begin(0);
  // 25,500 ticks, followed by frames of a higher rate, which would also fit.
  for (const durationTicks of [7_500, 18_000, 1_500, 1_500, 1_500, 1_500])
    builder.add({ data: new Uint8Array(1), durationTicks, keyFrame: false });
  builder.flush();
  expect(parts[0]?.durationTicks).toBeGreaterThanOrEqual(0.85 * partS * timescale);
});
