import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const RECORDING = new URL('../fixtures/rtp/chromium-h264-simulcast.jsonl.gz', import.meta.url);

const Line = z.object({
  track: z.string(),
  t: z.number(),
  kind: z.enum(['audio', 'video']).optional(),
  codec: z
    .object({
      mimeType: z.string(),
      clockRate: z.number(),
      channels: z.number(),
      parameters: z.record(z.string(), z.unknown()),
    })
    .optional(),
  layers: z.number().optional(),
  layer: z.number().optional(),
  rtp: z.string().optional(),
  report: z.object({ layer: z.number(), ntpMs: z.number(), rtpTime: z.number() }).optional(),
});

/** A recorded event: a new track, one of its packets, or a sender report. */
export type RecordedLine = z.output<typeof Line>;

/**
 * Returns six seconds of Chromium's camera in three layers, and its microphone, as the server
 * received them.
 */
export function readSimulcastRecording(): RecordedLine[] {
  return gunzipSync(readFileSync(RECORDING))
    .toString()
    .trim()
    .split('\n')
    .map((line) => Line.parse(JSON.parse(line)));
}
