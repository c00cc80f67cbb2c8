import { isIP } from 'node:net';
import { z } from 'zod';
import {
  count,
  Flag,
  HttpUrl,
  List,
  Networks,
  NodeUrl,
  NOT_AN_ADDRESS,
  optional,
  Port,
  PortRange,
  PublicUrl,
  withDefault,
  WorkerParts,
} from './setting-schemas.js';
import { VIDEO_ENCODERS } from './video-encoders.js';
import { TrustedProxies } from './trusted-proxies.js';

/** All environment variables. A test checks that `.env.example` lists the same ones. */
export const Environment = z.object({
  PORT: withDefault(Port, '8080'),
  HOST: withDefault(z.string(), '0.0.0.0'),
  PUBLIC_URL: optional(PublicUrl),
  ALLOWED_ORIGINS: withDefault(List.pipe(z.array(HttpUrl)), ''),
  TRUST_PROXY: withDefault(TrustedProxies, 'false'),
  ADDRESS_LIMIT_FACTOR: withDefault(z.coerce.number('must be a number').min(0.1).max(10_000), '1'),
  DATA_DIR: withDefault(z.string(), './data'),
  DATABASE_URL: optional(z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')),
  NODE_URL: optional(NodeUrl),
  NODE_NAME: optional(
    z.string().regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits, “-”, “_” and “.”'),
  ),
  NODE_RTC_ADDRESS: optional(
    z.string().refine((text) => isIP(text) !== 0, 'must be an IP address of this machine'),
  ),
  NODE_RTC_PORTS: withDefault(PortRange, '45000-45199'),
  DRAIN_SECONDS: withDefault(count(0, 3_600), '60'),
  REDIS_URL: optional(z.string().regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')),
  RTC_PORT: withDefault(Port, '44400'),
  RTC_ANNOUNCED_ADDRESS: withDefault(
    List.pipe(
      z
        .array(z.string().regex(/^[a-zA-Z0-9.:-]+$/, NOT_AN_ADDRESS))
        .max(8, 'must have at most 8 addresses')
        .refine((all) => new Set(all).size === all.length, 'must not repeat an address'),
    ),
    '',
  ),
  RTC_WORKERS: optional(count(1, 64)),
  RTC_MAX_BITRATE: withDefault(count(100_000, 100_000_000), '8000000'),
  RTC_STUN_URLS: withDefault(
    List.pipe(z.array(z.string().regex(/^stuns?:/, 'must be stun:host:port'))),
    '',
  ),
  RTC_TURN_URLS: withDefault(
    List.pipe(z.array(z.string().regex(/^turns?:/, 'must be turn:host:port'))),
    '',
  ),
  RTC_TURN_SECRET: optional(z.string().min(8, 'must have at least 8 characters')),
  RTC_TURN_TTL_SECONDS: withDefault(count(60, 604_800), '14400'),
  RTMP_PORT: withDefault(Port, '1935'),
  RTMPS_PORT: withDefault(Port, '0'),
  RTMPS_CERT_FILE: optional(z.string()),
  RTMPS_KEY_FILE: optional(z.string()),
  SRT_PORT: withDefault(Port, '8890'),
  SRT_PYTHON_BIN: optional(z.string()),
  HLS_SEGMENT_SECONDS: withDefault(
    z.coerce.number('must be a number of seconds').min(1).max(10),
    '2',
  ),
  HLS_PART_SECONDS: withDefault(
    z.coerce.number('must be a number of seconds').min(0.1).max(2),
    '0.333',
  ),
  HLS_REWIND_MINUTES: withDefault(
    z.coerce.number('must be a number of minutes').min(0.5).max(1_440),
    '30',
  ),
  HLS_DISK_MB: withDefault(count(16, 1_000_000), '4096'),
  FFMPEG_BIN: optional(z.string()),
  TRANSCODE: withDefault(z.enum(['auto', 'off'], 'must be auto or off'), 'auto'),
  TRANSCODE_MAX: optional(count(0, 64)),
  TRANSCODE_ENCODER: optional(
    z.enum(VIDEO_ENCODERS, `must be one of ${VIDEO_ENCODERS.join(', ')}`),
  ),
  MIX_MAX: optional(count(0, 64)),
  MIX_PYTHON_BIN: optional(z.string()),
  RECORDINGS_MAX_GB: optional(
    z.coerce.number('must be a number of gigabytes').positive().max(10_000_000),
  ),
  RECORDINGS_ACCOUNT_MAX_GB: optional(
    z.coerce.number('must be a number of gigabytes').positive().max(10_000_000),
  ),
  CLIPS_PER_ACCOUNT: withDefault(count(1, 100_000), '500'),
  RECORDINGS_MIN_FREE_MB: withDefault(count(0, 10_000_000), '512'),
  S3_BUCKET: optional(z.string().regex(/^[\w.-]{3,255}$/, 'must be the name of a bucket')),
  S3_ENDPOINT: optional(HttpUrl.transform((url) => url.replace(/\/+$/, ''))),
  S3_REGION: withDefault(z.string(), 'us-east-1'),
  S3_ACCESS_KEY_ID: optional(z.string()),
  S3_SECRET_ACCESS_KEY: optional(z.string()),
  S3_PREFIX: withDefault(
    z
      .string()
      .regex(/^(?:[\w-]+\/?)*$/, 'must be names separated by slashes, such as onair/recordings'),
    '',
  ),
  S3_FORCE_PATH_STYLE: optional(Flag),
  S3_SPOOL_MAX_GB: withDefault(
    z.coerce.number('must be a number of gigabytes').positive().max(10_000_000),
    '10',
  ),
  GRACE_SECONDS: withDefault(count(1, 3_600), '60'),
  CHANNELS_PER_ACCOUNT: withDefault(count(1, 1_000), '5'),
  BROADCASTS_PER_ACCOUNT: withDefault(count(1, 1_000), '3'),
  CHAT_GUESTS: withDefault(Flag, 'true'),
  WEBHOOK_ALLOWED_NETWORKS: withDefault(Networks, ''),
  WEBHOOK_REFUSED_NETWORKS: withDefault(Networks, ''),
  RESTREAM_TARGETS_PER_CHANNEL: withDefault(count(0, 20), '5'),
  SECRET_KEY: optional(
    z
      .string()
      .min(32, 'must have at least 32 characters; generate one with: openssl rand -base64 32')
      .refine(
        (text) => new Set(text).size >= 12,
        'is too easy to guess; generate one with: openssl rand -base64 32',
      ),
  ),
  OIDC_ISSUER: optional(HttpUrl),
  OIDC_CLIENT_ID: optional(z.string()),
  OIDC_CLIENT_SECRET: optional(z.string()),
  OIDC_NAME: optional(z.string().max(40, 'must have at most 40 characters')),
  SESSION_DAYS: withDefault(count(1, 365), '30'),
  LOG_LEVEL: withDefault(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), 'info'),
  LOG_FORMAT: withDefault(z.enum(['text', 'json']), 'text'),
  MEDIASOUP_WORKER_BIN: optional(z.string()),
  MEDIASOUP_WORKER_PARTS: withDefault(WorkerParts, 'gso,openssl,jemalloc'),
  MEDIASOUP_WORKER_BUILD: withDefault(z.enum(['background', 'now', 'never']), 'background'),
});

/** The validated environment variables, with defaults. */
export type Environment = z.output<typeof Environment>;
