import { statfs } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { RegistrationService } from '../auth/registration/registration.service.js';
import { BroadcastRegistry } from '../broadcast/registry.js';
import { CONFIG, type Config } from '../config/config.js';
import { Readiness } from '../health/readiness.js';
import { HLS_SOURCE, type HlsSource } from '../hls/delivery/hls-source.js';
import type { AdminOverview, LimitView } from '../protocol/admin.js';
import { RecordingSpace } from '../recordings/recording-space.service.js';
import { AdminRepository } from './admin.repository.js';

/** How the service is, for administrators. */
@Injectable()
export class AdminOverviewService {
  readonly #repository: AdminRepository;
  readonly #registration: RegistrationService;
  readonly #registry: BroadcastRegistry;
  readonly #readiness: Readiness;
  readonly #hls: HlsSource;
  readonly #recordings: RecordingSpace;
  readonly #config: Config;

  // oxlint-disable-next-line max-params -- Nest's injection: everybody who knows how a part is.
  constructor(
    repository: AdminRepository,
    registration: RegistrationService,
    registry: BroadcastRegistry,
    readiness: Readiness,
    @Inject(HLS_SOURCE) hls: HlsSource,
    recordings: RecordingSpace,
    @Inject(CONFIG) config: Config,
  ) {
    this.#repository = repository;
    this.#registration = registration;
    this.#registry = registry;
    this.#readiness = readiness;
    this.#hls = hls;
    this.#recordings = recordings;
    this.#config = config;
  }

  async get(): Promise<AdminOverview> {
    const [counts, sizes, problems, registration, free] = await Promise.all([
      this.#repository.counts(),
      this.#repository.sizes(),
      this.#readiness.problems(),
      this.#registration.mode(),
      this.#freeBytes(),
    ]);
    const channels = [...this.#registry.channels];
    return {
      counts: {
        ...counts,
        live: this.#registry.liveChannelIds().length,
        viewers: channels.reduce((sum, { viewerCount }) => sum + viewerCount, 0),
      },
      storage: { ...sizes, segments: this.#hls.usage.diskBytes, free },
      health: {
        problems: [...problems, ...this.#recordings.problems],
        uptimeS: Math.floor(process.uptime()),
        memoryBytes: process.memoryUsage.rss(),
      },
      registration,
      limits: limitsOf(this.#config),
    };
  }

  /** Of the disk that the data folder is on; null where nothing is kept. */
  async #freeBytes(): Promise<number | null> {
    const { dir } = this.#config.data;
    if (dir === ':memory:') return null;
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  }
}

function limitsOf({ broadcast, hls, rtc, auth, recordings }: Config): LimitView[] {
  return [
    { variable: 'CHANNELS_PER_ACCOUNT', value: broadcast.channelsPerAccount, unit: 'channels' },
    { variable: 'BROADCASTS_PER_ACCOUNT', value: broadcast.perAccount, unit: 'at once' },
    { variable: 'CLIPS_PER_ACCOUNT', value: recordings.clipsPerAccount, unit: 'clips' },
    ...gigabytes('RECORDINGS_MAX_GB', recordings.maxBytes),
    ...gigabytes('RECORDINGS_ACCOUNT_MAX_GB', recordings.accountMaxBytes),
    { variable: 'GRACE_SECONDS', value: broadcast.graceMs / 1_000, unit: 's' },
    { variable: 'RTC_MAX_BITRATE', value: rtc.maxIncomingBitrateBps, unit: 'bit/s' },
    { variable: 'RTC_WORKERS', value: rtc.workers, unit: 'processes' },
    { variable: 'HLS_REWIND_MINUTES', value: hls.rewindMs / 60_000, unit: 'min' },
    { variable: 'HLS_DISK_MB', value: hls.diskMaxBytes / 1_048_576, unit: 'MB a broadcast' },
    { variable: 'SESSION_DAYS', value: auth.sessionMs / 86_400_000, unit: 'days' },
  ];
}

/** A bound that there may be. */
const gigabytes = (variable: string, bytes: number | null): LimitView[] =>
  bytes === null ? [] : [{ variable, value: bytes / 1_000_000_000, unit: 'GB' }];
