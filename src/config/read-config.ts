import { hostname, availableParallelism } from 'node:os';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { contradictions } from './contradictions.js';
import { Environment } from './environment.js';
import { hostOf } from './setting-schemas.js';

/**
 * Validates an environment.
 * @throws {ConfigError} which lists all errors
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Environment.safeParse(env);
  // zod's messages contain the expected value, but never the given one.
  const mistakes = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes);
  return toConfig(parsed.data);
}

function toConfig(e: Environment): Config {
  const publicUrl = e.PUBLIC_URL ?? `http://localhost:${e.PORT}`;
  return deepFreeze<Config>({
    http: {
      port: e.PORT,
      host: e.HOST,
      publicUrl,
      basePath: new URL(publicUrl).pathname.replace(/\/$/, ''),
      allowedOrigins: e.ALLOWED_ORIGINS.map((url) => new URL(url).origin),
      trustProxy: e.TRUST_PROXY,
      addressLimitFactor: e.ADDRESS_LIMIT_FACTOR,
    },
    data: { dir: e.DATA_DIR, databaseUrl: e.DATABASE_URL ?? null },
    node: nodeOf(e),
    rtc: {
      port: e.RTC_PORT,
      announcedAddresses: e.RTC_ANNOUNCED_ADDRESS,
      workers: e.RTC_WORKERS ?? availableParallelism(),
      workerBin: e.MEDIASOUP_WORKER_BIN ?? null,
      segments: e.MEDIASOUP_WORKER_PARTS.includes('gso'),
      maxIncomingBitrateBps: e.RTC_MAX_BITRATE,
      stunUrls: e.RTC_STUN_URLS,
      turn:
        e.RTC_TURN_URLS.length > 0 && e.RTC_TURN_SECRET !== undefined
          ? { urls: e.RTC_TURN_URLS, secret: e.RTC_TURN_SECRET, ttlSeconds: e.RTC_TURN_TTL_SECONDS }
          : null,
    },
    rtmp: { port: e.RTMP_PORT, tls: rtmpsOf(e) },
    srt: { port: e.SRT_PORT, pythonBin: e.SRT_PYTHON_BIN ?? null },
    hls: {
      segmentS: e.HLS_SEGMENT_SECONDS,
      partS: e.HLS_PART_SECONDS,
      rewindMs: e.HLS_REWIND_MINUTES * 60_000,
      diskMaxBytes: e.HLS_DISK_MB * 1_048_576,
      ffmpegBin: e.FFMPEG_BIN ?? null,
    },
    transcode: {
      // Transcoding 1080p at 30 frames per second to 720p and 360p needs up to 0.8 of a core. A
      // machine with a single core needs that core for forwarding.
      max: e.TRANSCODE === 'off' ? 0 : (e.TRANSCODE_MAX ?? Math.floor(availableParallelism() / 2)),
      encoder: e.TRANSCODE_ENCODER ?? null,
    },
    mixers: {
      // Mixing four people at 720p30 needs most of a core.
      max: e.MIX_MAX ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      pythonBin: e.MIX_PYTHON_BIN ?? null,
    },
    recordings: {
      maxBytes: gigabytes(e.RECORDINGS_MAX_GB),
      accountMaxBytes: gigabytes(e.RECORDINGS_ACCOUNT_MAX_GB),
      clipsPerAccount: e.CLIPS_PER_ACCOUNT,
      minFreeBytes: e.RECORDINGS_MIN_FREE_MB * 1_048_576,
      s3: s3Of(e),
    },
    broadcast: {
      graceMs: e.GRACE_SECONDS * 1_000,
      channelsPerAccount: e.CHANNELS_PER_ACCOUNT,
      perAccount: e.BROADCASTS_PER_ACCOUNT,
    },
    chat: { guests: e.CHAT_GUESTS },
    webhooks: {
      allowedNetworks: e.WEBHOOK_ALLOWED_NETWORKS,
      refusedNetworks: e.WEBHOOK_REFUSED_NETWORKS,
    },
    restream: { targetsMax: e.RESTREAM_TARGETS_PER_CHANNEL },
    auth: {
      sessionMs: e.SESSION_DAYS * 86_400_000,
      oidc: oidcOf(e),
      secret: e.SECRET_KEY ?? null,
    },
    log: { level: e.LOG_LEVEL, format: e.LOG_FORMAT },
  });
}

const gigabytes = (value: number | undefined): number | null =>
  value === undefined ? null : value * 1_000_000_000;

function s3Of(e: Environment): Config['recordings']['s3'] {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint = null, S3_REGION: region } = e;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = e;
  if (bucket === undefined) return null;
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    bucket,
    endpoint,
    region,
    credentials: hasKeys ? { accessKeyId, secretAccessKey } : null,
    prefix: e.S3_PREFIX.replace(/\/*$/, e.S3_PREFIX === '' ? '' : '/'),
    // Bucket names in the host name require DNS records, which few self-hosted servers have.
    forcePathStyle: e.S3_FORCE_PATH_STYLE ?? endpoint !== null,
    spoolMaxBytes: e.S3_SPOOL_MAX_GB * 1_000_000_000,
  };
}

function rtmpsOf(e: Environment): Config['rtmp']['tls'] {
  const { RTMPS_PORT: port, RTMPS_CERT_FILE: certFile, RTMPS_KEY_FILE: keyFile } = e;
  if (port === 0 || certFile === undefined || keyFile === undefined) return null;
  return { port, certFile, keyFile };
}

function nodeOf(e: Environment): Config['node'] {
  const { NODE_URL: url = null, NODE_NAME: name = hostname(), REDIS_URL: redisUrl = null } = e;
  const node = { url, name, redisUrl, drainMs: e.DRAIN_SECONDS * 1_000 };
  if (url === null) return { ...node, rtc: null };
  const rtc = { address: e.NODE_RTC_ADDRESS ?? hostOf(url), ports: e.NODE_RTC_PORTS };
  return { ...node, rtc };
}

function oidcOf(e: Environment): Config['auth']['oidc'] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = e;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  return { issuer, clientId, clientSecret, name: e.OIDC_NAME ?? new URL(issuer).hostname };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
