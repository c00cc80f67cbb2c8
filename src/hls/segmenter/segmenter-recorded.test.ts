import { describe, expect, it } from 'vitest';
import { RecordedRun } from '../../../test/support/recorded-run.js';
import { readSimulcastRecording } from '../../../test/support/simulcast-recording.js';
import { createDepacketizer } from '../../media/rtp/create-depacketizer.js';
import type { Depacketizer } from '../../media/rtp/depacketizer.js';
import { parseRtpPacket } from '../../media/rtp/rtp-packet.js';
import { Segmenter } from './segmenter.js';
import type { TrackInput } from './segmenter-types.js';

const lines = readSimulcastRecording();

/** Plays the recording into a segmenter. */
function play(): { run: RecordedRun; nowMs: number } {
  const runs: RecordedRun[] = [];
  let nowMs = 0;
  const segmenter = new Segmenter({
    segmentS: 2,
    partS: 0.33334,
    openRun: (spec) => {
      const run = new RecordedRun(spec, () => nowMs);
      runs.push(run);
      return run;
    },
    requestKeyFrame: () => undefined,
  });
  segmenter.setClockOffset(0);
  const tracks = new Map<string, { input: TrackInput; depacketizers: Depacketizer[] }>();
  for (const { track: id, t, kind, codec, layers = 1, layer = 0, rtp, report } of lines) {
    nowMs = t;
    segmenter.tick(t);
    if (kind && codec) {
      const input = segmenter.addTrack({ kind, layerCount: layers });
      const depacketizers = Array.from({ length: layers }, () => createDepacketizer(codec)!);
      tracks.set(id, { input, depacketizers });
    }
    const { input, depacketizers } = tracks.get(id)!;
    if (report) input.report(report.layer, report);
    const packet = rtp ? parseRtpPacket(Buffer.from(rtp, 'base64')) : null;
    if (packet)
      for (const unit of depacketizers[layer]!.push({ ...packet, arrivedMs: t }))
        input.push(layer, unit);
  }
  segmenter.end();
  expect(runs).toHaveLength(1);
  return { run: runs[0]!, nowMs };
}

describe('Segmenter on a recording from Chromium', () => {
  it('cuts all three layers at the same ticks', () => {
    const { run } = play();
    const starts = [0, 1, 2].map((layer) =>
      run.video(layer).segments.map((segment) => segment.parts[0]?.baseTicks),
    );
    expect(starts[0]).toHaveLength(3);
    expect(starts[1]).toEqual(starts[0]);
    expect(starts[2]).toEqual(starts[0]);
  });

  it('writes the captured samples without gaps or overlaps', () => {
    const { run } = play();
    for (const rendition of run.renditions.values()) {
      for (const [i, part] of rendition.parts.slice(1).entries())
        expect(part.baseTicks).toBe(rendition.parts[i]!.endTicks);
      expect(rendition.segments.map(({ msn }) => msn)).toEqual([0, 1, 2]);
    }
  });
});
