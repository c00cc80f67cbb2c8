import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../src/common/clock.js';
import { HttpErrorFilter, sendError } from '../../src/common/http-error.filter.js';
import { createLog, LOG, type Log } from '../../src/common/logger.js';
import type { Config } from '../../src/config/config.js';
import { readConfig } from '../../src/config/read-config.js';
import { Metrics } from '../../src/common/metrics.js';
import type { BroadcastFiles } from '../../src/hls/run/broadcast-files.js';
import {
  NODE_RESOURCES,
  type NodeResources,
  SOLO_RESOURCES,
} from '../../src/cluster/node-resources.js';
import { HlsDelivery } from '../../src/hls/delivery/hls-delivery.js';
import { HLS_EDGE, type HlsEdge } from '../../src/hls/delivery/hls-edge.js';
import { HlsFastPath } from '../../src/hls/delivery/hls-fast-path.js';
import { HlsMetrics } from '../../src/hls/delivery/hls-metrics.js';
import { HlsOrigin } from '../../src/hls/delivery/hls-origin.js';
import { LocalHls } from '../../src/hls/delivery/local-hls.js';
import { HLS_SOURCE, type HlsChannel, type HlsSource } from '../../src/hls/delivery/hls-source.js';
import { HlsAuthorizer } from '../../src/access/hls-authorizer.js';
import { ADMISSION } from '../../src/common/admission.js';
import { HlsController } from '../../src/hls/hls.controller.js';
import type { RenditionWriter } from '../../src/hls/timeline/rendition-writer.js';
import { Run, type RunLimits } from '../../src/hls/run/run.js';
import { SegmentStore } from '../../src/hls/run/segment-store.js';
import { sendSecurityHeaders } from '../../src/common/http/security-headers.js';

/** A clock that the test advances. */
export class HeldClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  nowMs(): number {
    return this.#nowMs;
  }
  advance(byMs: number): void {
    this.#nowMs += byMs;
  }
}

/** The live channels of a test. */
export class LiveChannels implements HlsSource {
  readonly channels = new Map<string, HlsChannel>();
  readonly store: SegmentStore;
  constructor(store: SegmentStore) {
    this.store = store;
  }
  get usage(): SegmentStore {
    return this.store;
  }
  find(channel: string): HlsChannel | undefined {
    return this.channels.get(channel);
  }
}

export type HlsServer = {
  url: string;
  port: number;
  clock: HeldClock;
  source: LiveChannels;
  metrics: Metrics;
  /** A folder that {@link close} deletes. */
  dataDir: string;
  /** The warnings that the segment store logged. */
  warnings: string[];
  open(channel: string, options?: OpenOptions): { run: Run; files: BroadcastFiles };
  close(): Promise<void>;
};

export type OpenOptions = {
  /** Environment variables. */
  env?: Record<string, string>;
  limits?: Partial<RunLimits>;
  diskMaxBytes?: number;
};

/** Options for a server that is one of several nodes. */
export type HlsNodeOptions = {
  resources?: NodeResources;
  edgeOf?: (local: LocalHls, clock: Clock) => HlsEdge;
};

/**
 * Starts HLS delivery alone on a free port: the real controller on a real Fastify, with runs that
 * the test writes.
 */
export async function startHlsServer(node: HlsNodeOptions = {}): Promise<HlsServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'onair-hls-test-'));
  const clock = new HeldClock();
  const warnings: string[] = [];
  const log = createLog({
    level: process.env.LOG_LEVEL === 'debug' ? 'debug' : 'silent',
    format: 'text',
  });
  const store = await SegmentStore.create({ dataDir, log: collecting(log, warnings) });
  const source = new LiveChannels(store);
  const { app, metrics } = await startApp(source, log, { clock, ...node });
  const url = await app.getUrl();
  const open = (channel: string, { env = {}, limits = {}, diskMaxBytes }: OpenOptions = {}) => {
    const config: Config['hls'] = readConfig(env).hls;
    const files = store.open(`broadcast-of-${channel}`, diskMaxBytes ?? config.diskMaxBytes);
    const run = new Run({ config, clock, log, files, limits });
    source.channels.set(channel, { run, state: 'ready', thumbnail: null });
    return { run, files };
  };
  const close = async () => {
    await app.close();
    // Segments may still be being written to disk.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
  };
  const port = Number(new URL(url).port);
  return { url, port, clock, source, metrics, dataDir, warnings, open, close };
}

@Module({})
class DeliveryModule {}

async function startApp(
  source: HlsSource,
  log: Log,
  { clock, resources = SOLO_RESOURCES, edgeOf }: HlsNodeOptions & { clock: Clock },
) {
  const metrics = new Metrics();
  const module: DynamicModule = {
    module: DeliveryModule,
    controllers: [HlsController],
    providers: [
      LocalHls,
      HlsOrigin,
      HlsDelivery,
      HlsFastPath,
      HlsMetrics,
      { provide: NODE_RESOURCES, useValue: resources },
      {
        provide: HLS_EDGE,
        inject: [LocalHls],
        useFactory: (local: LocalHls) => edgeOf?.(local, clock) ?? null,
      },
      // All channels are public here, and no rate limits apply.
      {
        provide: HlsAuthorizer,
        useValue: { open: async (path: string) => ({ path, isAllowed: true, isProtected: false }) },
      },
      { provide: ADMISSION, useValue: { refusal: () => null } },
      { provide: Metrics, useValue: metrics },
      { provide: HLS_SOURCE, useValue: source },
      { provide: LOG, useValue: log },
      { provide: APP_FILTER, useClass: HttpErrorFilter },
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    new FastifyAdapter({
      forceCloseConnections: true,
      frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) =>
        sendError(reply, { code: 'bad_request', message: 'The URL is malformed.' }),
    }),
    { logger: false, bodyParser: false, forceCloseConnections: true },
  );
  sendSecurityHeaders(app, { isHttps: false });
  await app.listen(0, '127.0.0.1');
  return { app, metrics };
}

/** Returns a log that collects its warnings. */
function collecting(log: Log, warnings: string[]): Log {
  return Object.assign(Object.create(log) as Log, {
    warn: (_context: unknown, message: string) => void warnings.push(message),
    child: () => collecting(log, warnings),
  });
}

/** Writes what a camera would produce: 2 s segments with 6 parts of 10 frames each. */
export class FakeMedia {
  static readonly PART_S = 1 / 3;
  readonly #clock: HeldClock;
  readonly #writers: readonly RenditionWriter[];
  #msn = 0;

  constructor(clock: HeldClock, writers: readonly RenditionWriter[]) {
    this.#clock = clock;
    this.#writers = writers;
  }

  start({ discontinuity = false } = {}): void {
    const start = { msn: this.#msn, wallMs: this.#clock.nowMs(), discontinuity };
    for (const writer of this.#writers) writer.startSegment(start);
    this.#msn += 1;
  }

  part({ byteLength = 1_000, independent = false } = {}): void {
    const bytes = new Uint8Array(byteLength).fill(this.#msn);
    const durationS = FakeMedia.PART_S;
    for (const writer of this.#writers)
      writer.addPart({ bytes: bytes.slice(), durationS, frames: 10, independent });
    this.#clock.advance(durationS * 1_000);
  }

  end(): void {
    for (const writer of this.#writers) writer.endSegment();
  }

  gap(): void {
    const gap = { msn: this.#msn, wallMs: this.#clock.nowMs(), discontinuity: false, durationS: 2 };
    for (const writer of this.#writers) writer.addGap(gap);
    this.#msn += 1;
    this.#clock.advance(2_000);
  }

  segment({ byteLength = 1_000, discontinuity = false } = {}): void {
    this.start({ discontinuity });
    for (let part = 0; part < 6; part += 1) this.part({ byteLength, independent: part === 0 });
    this.end();
  }

  segments(count: number, options: { byteLength?: number } = {}): void {
    for (let at = 0; at < count; at += 1) this.segment(options);
  }
}

/** An init section for video of this height, with its configuration. */
export const fakeVideoInit = (height = 720) => ({
  bytes: new Uint8Array(700).fill(height % 251),
  config: {
    kind: 'video' as const,
    codec: 'h264' as const,
    codecs: 'avc1.42E01F',
    width: Math.round((height * 16) / 9),
    height,
    record: new Uint8Array(),
  },
});

export const fakeAudioInit = (codec: 'opus' | 'aac' = 'opus') => ({
  bytes: new Uint8Array(600).fill(7),
  config: {
    kind: 'audio' as const,
    codec,
    codecs: codec === 'opus' ? 'opus' : 'mp4a.40.2',
    sampleRate: 48_000,
    channels: 2,
    record: new Uint8Array(),
  },
});
