import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RecordedRun } from '../../test/support/recorded-run.js';
import { createDepacketizer } from './rtp/create-depacketizer.js';
import type { Depacketizer } from './rtp/depacketizer.js';
import { parseRtpPacket } from './rtp/rtp-packet.js';
import { Segmenter } from './segmenter.js';
import type { TrackInput } from './segmenter-types.js';

const RECORDING = new URL(
  '../../test/fixtures/rtp/chromium-h264-simulcast.jsonl.gz',
  import.meta.url,
);
const Codec = z.object({
  mimeType: z.string(),
  clockRate: z.number(),
  channels: z.number(),
  parameters: z.record(z.string(), z.unknown()),
});
const Line = z.object({
  track: z.string(),
  t: z.number(),
  kind: z.enum(['audio', 'video']).optional(),
  codec: Codec.optional(),
  layers: z.number().optional(),
  layer: z.number().optional(),
  rtp: z.string().optional(),
  report: z.object({ layer: z.number(), ntpMs: z.number(), rtpTime: z.number() }).optional(),
});

const lines = gunzipSync(readFileSync(RECORDING))
  .toString()
  .trim()
  .split('\n')
  .map((line) => Line.parse(JSON.parse(line)));

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

describe('Segmenter on a recording of Chromium', () => {
  it('cuts all three layers at the same ticks', () => {
    const { run } = play();
    const starts = [0, 1, 2].map((layer) =>
      run.video(layer).segments.map((segment) => segment.parts[0]?.baseTicks),
    );
    expect(starts[0]).toHaveLength(3);
    expect(starts[1]).toEqual(starts[0]);
    expect(starts[2]).toEqual(starts[0]);
  });

  it('writes no sample, gap or overlap more than was captured', () => {
    const { run } = play();
    for (const rendition of run.renditions.values()) {
      for (const [i, part] of rendition.parts.slice(1).entries())
        expect(part.baseTicks).toBe(rendition.parts[i]!.endTicks);
      expect(rendition.segments.map(({ msn }) => msn)).toEqual([0, 1, 2]);
    }
  });
});
