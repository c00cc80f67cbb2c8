import { statfs } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { RegistrationService } from '../auth/registration/registration.service.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { CONFIG, type Config } from '../config/config.js';
import { Readiness } from '../health/readiness.js';
import { HLS_SOURCE, type HlsSource } from '../hls/delivery/hls-source.js';
import type { AdminOverview, LimitView } from '../protocol/admin.js';
import { RecordingSpace } from '../recordings/recording-space.js';
import { AdminRepository } from './admin.repository.js';

/** Reports the server's status to administrators. */
@Injectable()
export class AdminOverviewService {
  // oxlint-disable-next-line max-params -- Injected by Nest: the sources of each part of the
  // status.
  constructor(
    private readonly repository: AdminRepository,
    private readonly registration: RegistrationService,
    private readonly liveChannels: LiveChannels,
    private readonly readiness: Readiness,
    @Inject(HLS_SOURCE) private readonly hls: HlsSource,
    private readonly recordings: RecordingSpace,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async get(): Promise<AdminOverview> {
    const [counts, sizes, problems, registration, free] = await Promise.all([
      this.repository.counts(),
      this.repository.sizes(),
      this.readiness.problems(),
      this.registration.mode(),
      this.#freeBytes(),
    ]);
    return {
      counts: {
        ...counts,
        live: this.liveChannels.liveChannelIds().length,
        viewers: this.liveChannels.allViewers,
      },
      storage: { ...sizes, segments: this.hls.usage.diskBytes, free },
      health: {
        problems: [...problems, ...this.recordings.problems],
        uptimeS: Math.floor(process.uptime()),
        memoryBytes: process.memoryUsage.rss(),
      },
      registration,
      limits: limitsOf(this.config),
    };
  }

  /** Returns the free space on the data folder's disk; null if nothing is stored on disk. */
  async #freeBytes(): Promise<number | null> {
    const { dir } = this.config.data;
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
    { variable: 'HLS_DISK_MB', value: hls.diskMaxBytes / 1_048_576, unit: 'MiB per broadcast' },
    { variable: 'SESSION_DAYS', value: auth.sessionMs / 86_400_000, unit: 'days' },
  ];
}

/** Returns an optional limit in gigabytes, as a list with at most one element. */
const gigabytes = (variable: string, bytes: number | null): LimitView[] =>
  bytes === null ? [] : [{ variable, value: bytes / 1_000_000_000, unit: 'GB' }];
