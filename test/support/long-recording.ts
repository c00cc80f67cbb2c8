import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrismaService } from '../../src/db/prisma.service.js';
import type { CodecConfig } from '../../src/media/codecs/codec-config.js';
import { initSegment } from '../../src/media/mp4/init-segment.js';
import { OPUS_CONFIG } from '../../src/media/rtp/opus-depacketizer.js';
import type { RecordingFiles } from '../../src/recordings/recording-files.js';

const RUN = 'run-0123456789ab';
const SEGMENT_S = 2;
const RENDITIONS = ['video-0', 'video-1', 'video-2', 'video-3', 'opus'] as const;

const H264: CodecConfig = {
  kind: 'video',
  codec: 'h264',
  codecs: 'avc1.42C01F',
  width: 640,
  height: 360,
  record: Uint8Array.of(1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, 0, 0),
};

/** Parts of a service that runs in this process. */
type Places = Readonly<{ db: PrismaService; files: RecordingFiles }>;

/**
 * Fabricates a recording that is many hours long: a database row and the journals of four video
 * layers and an audio track, but no media. Resolves with its id.
 */
export async function longRecording(
  { db, files }: Places,
  { channel, hours, samples = false }: { channel: string; hours: number; samples?: boolean },
): Promise<string> {
  const id = randomUUID();
  const startMs = Date.UTC(2026, 10, 23, 12);
  const folder = await files.ensureFolder();
  const count = (hours * 3_600) / SEGMENT_S;
  for (const rendition of RENDITIONS) {
    const sound = rendition === 'opus';
    const path = join(folder, id, RUN, rendition);
    await mkdir(path, { recursive: true });
    const about = sound
      ? { codecs: 'opus', channels: 2 }
      : { codecs: 'avc1.42C01F', width: 640, height: 360 };
    const lines = Array.from({ length: count }, (_, msn) =>
      lineOf({
        kind: 'segment',
        msn,
        file: `${msn}.m4s`,
        init: 'init-0.mp4',
        durationS: SEGMENT_S,
        wallMs: startMs + msn * SEGMENT_S * 1_000,
        discontinuity: false,
        bytes: 100_000 + (msn % 1_000),
        frames: sound ? 100 : 60,
      }),
    );
    const init = lineOf({ kind: 'init', file: 'init-0.mp4', ...about });
    await writeFile(join(path, 'journal.jsonl'), [init, ...lines].join(''));
    if (samples) {
      await writeFile(join(path, 'samples.jsonl'), samplesOf(sound, count));
      await writeFile(join(path, 'init-0.mp4'), initSegment(sound ? OPUS_CONFIG : H264));
    }
  }
  await db.broadcast.create({
    data: {
      id,
      channel: { connect: { name: channel } },
      title: 'Days on end',
      state: 'ENDED',
      startedAt: new Date(startMs),
      lastSeenAt: new Date(startMs),
      endedAt: new Date(startMs + hours * 3_600_000),
      endReason: 'PUBLISHER_ENDED',
      recording: {
        create: { state: 'READY', durationMs: hours * 3_600_000, bytes: count * 500_000 },
      },
    },
  });
  return id;
}

function samplesOf(sound: boolean, count: number): string {
  const each = sound ? 100 : 60;
  const ticks = ((sound ? 48_000 : 90_000) * SEGMENT_S) / each;
  const sizes = Array.from({ length: each }, (_, index) => 900 + index);
  return Array.from({ length: count }, (_, msn) =>
    lineOf({
      msn,
      fragments: [
        {
          base: msn * each * ticks,
          at: 800,
          sizes,
          ticks: [[each, ticks]],
          keys: sound ? 'all' : [0],
        },
      ],
    }),
  ).join('');
}

const lineOf = (line: object): string => `${JSON.stringify(line)}\n`;
