import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import { z } from 'zod';
import { isNetwork } from '../common/network-list.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Optional; an empty line in a `.env` means "the default". */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, value: string) =>
  z.preprocess((given) => (given === undefined || given === '' ? value : given), schema);

const NOT_AN_ADDRESS = 'IP addresses or host names, with commas between';

const Port = z.coerce.number('a port number').int().min(0).max(65_535);
const Flag = z.enum(['true', 'false'], 'true or false').transform((value) => value === 'true');
const List = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const count = (min: number, max: number) =>
  z.coerce.number('a whole number').int().min(min).max(max);
const Networks = List.pipe(
  z.array(
    z.string().refine((text) => isNetwork(text), 'addresses and networks, such as 192.168.1.0/24'),
  ),
);
const HttpUrl = z.url({ protocol: /^https?$/, error: 'an http:// or https:// address' });

/** Characters that need no escaping in URLs, cookies or HTML. */
const BASE_PATH = /^(?:\/[\w.~-]+)*$/;
const PublicUrl = HttpUrl.superRefine((text, context) => {
  const { pathname, search, hash, username, password } = new URL(text);
  const problem = (message: string) => context.addIssue({ code: 'custom', message });
  if (search !== '' || hash !== '' || /[?#]/.test(text))
    problem('an address without “?” and “#”: pages and sockets are below it');
  if (username !== '' || password !== '') problem('an address without a user name and password');
  if (!BASE_PATH.test(pathname.replace(/\/+$/, '')))
    problem('a path of letters, digits, “-”, “_”, “.” and “~”, such as https://example.org/live');
}).transform((text) => {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
});

/** All environment variables. A test checks that `.env.example` lists the same ones. */
export const Environment = z.object({
  PORT: withDefault(Port, '8080'),
  HOST: withDefault(z.string(), '0.0.0.0'),
  PUBLIC_URL: optional(PublicUrl),
  ALLOWED_ORIGINS: withDefault(List.pipe(z.array(HttpUrl)), ''),
  TRUST_PROXY: withDefault(TrustedProxies, 'false'),
  ADDRESS_LIMIT_FACTOR: withDefault(z.coerce.number('a number').min(0.1).max(10_000), '1'),
  DATA_DIR: withDefault(z.string(), './data'),
  DATABASE_URL: optional(
    z.string().regex(/^postgres(ql)?:\/\//, 'an address that starts with postgresql://'),
  ),
  RTC_PORT: withDefault(Port, '44400'),
  RTC_ANNOUNCED_ADDRESS: withDefault(
    List.pipe(
      z
        .array(z.string().regex(/^[a-zA-Z0-9.:-]+$/, NOT_AN_ADDRESS))
        .max(8, 'at most 8 addresses')
        .refine((all) => new Set(all).size === all.length, 'each address once'),
    ),
    '',
  ),
  RTC_WORKERS: optional(count(1, 64)),
  RTC_MAX_BITRATE: withDefault(count(100_000, 100_000_000), '8000000'),
  RTC_STUN_URLS: withDefault(
    List.pipe(z.array(z.string().regex(/^stuns?:/, 'stun:host:port'))),
    '',
  ),
  RTC_TURN_URLS: withDefault(
    List.pipe(z.array(z.string().regex(/^turns?:/, 'turn:host:port'))),
    '',
  ),
  RTC_TURN_SECRET: optional(z.string().min(8, 'at least 8 characters')),
  RTC_TURN_TTL_SECONDS: withDefault(count(60, 604_800), '14400'),
  HLS_SEGMENT_SECONDS: withDefault(z.coerce.number('seconds').min(1).max(10), '2'),
  HLS_PART_SECONDS: withDefault(z.coerce.number('seconds').min(0.1).max(2), '0.333'),
  HLS_REWIND_MINUTES: withDefault(z.coerce.number('minutes').min(0.5).max(1_440), '30'),
  HLS_DISK_MB: withDefault(count(16, 1_000_000), '4096'),
  FFMPEG_BIN: optional(z.string()),
  RECORDINGS_MAX_GB: optional(z.coerce.number('gigabytes').positive().max(10_000_000)),
  RECORDINGS_ACCOUNT_MAX_GB: optional(z.coerce.number('gigabytes').positive().max(10_000_000)),
  CLIPS_PER_ACCOUNT: withDefault(count(1, 100_000), '500'),
  RECORDINGS_MIN_FREE_MB: withDefault(count(0, 10_000_000), '512'),
  S3_BUCKET: optional(z.string().regex(/^[\w.-]{3,255}$/, 'the name of a bucket')),
  S3_ENDPOINT: optional(HttpUrl.transform((url) => url.replace(/\/+$/, ''))),
  S3_REGION: withDefault(z.string(), 'us-east-1'),
  S3_ACCESS_KEY_ID: optional(z.string()),
  S3_SECRET_ACCESS_KEY: optional(z.string()),
  S3_PREFIX: withDefault(
    z.string().regex(/^(?:[\w-]+\/?)*$/, 'names with slashes between, such as onair/recordings'),
    '',
  ),
  S3_FORCE_PATH_STYLE: optional(Flag),
  S3_SPOOL_MAX_GB: withDefault(z.coerce.number('gigabytes').positive().max(10_000_000), '10'),
  GRACE_SECONDS: withDefault(count(1, 3_600), '60'),
  CHANNELS_PER_ACCOUNT: withDefault(count(1, 1_000), '5'),
  BROADCASTS_PER_ACCOUNT: withDefault(count(1, 1_000), '3'),
  CHAT_GUESTS: withDefault(Flag, 'true'),
  WEBHOOK_ALLOWED_NETWORKS: withDefault(Networks, ''),
  WEBHOOK_REFUSED_NETWORKS: withDefault(Networks, ''),
  SECRET_KEY: optional(
    z
      .string()
      .min(32, 'at least 32 characters, such as from: openssl rand -base64 32')
      .refine(
        (text) => new Set(text).size >= 12,
        'too easy to guess; try: openssl rand -base64 32',
      ),
  ),
  OIDC_ISSUER: optional(HttpUrl),
  OIDC_CLIENT_ID: optional(z.string()),
  OIDC_CLIENT_SECRET: optional(z.string()),
  OIDC_NAME: optional(z.string().max(40, 'at most 40 characters')),
  SESSION_DAYS: withDefault(count(1, 365), '30'),
  LOG_LEVEL: withDefault(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), 'info'),
  LOG_FORMAT: withDefault(z.enum(['text', 'json']), 'text'),
  MEDIASOUP_WORKER_BIN: optional(z.string()),
});

/** The service's settings: read once at startup, validated, and frozen. */
export type Config = Readonly<{
  http: Readonly<{
    /** 0: any free port. */
    port: number;
    host: string;
    /** Without a trailing slash. */
    publicUrl: string;
    /**
     * The path of the public URL without a trailing slash, the prefix of all addresses. Usually
     * empty.
     */
    basePath: string;
    /** Origins, besides the public one, whose pages may call the API. */
    allowedOrigins: readonly string[];
    /** The proxies trusted to report the client's address. */
    trustProxy: TrustedProxies;
    /** Multiplies all rate limits per address. */
    addressLimitFactor: number;
  }>;
  data: Readonly<{
    /** `:memory:` stores nothing, for tests. */
    dir: string;
    /** PostgreSQL instead of the embedded database. */
    databaseUrl: string | null;
  }>;
  rtc: Readonly<{
    /** The first worker's port; the next workers count up. 0: any free ones. */
    port: number;
    /**
     * The addresses that clients reach the server at, preferred first; empty: this machine's own.
     */
    announcedAddresses: readonly string[];
    workers: number;
    workerBin: string | null;
    /** The limit of a publisher's bitrate. */
    maxIncomingBitrateBps: number;
    stunUrls: readonly string[];
    turn: Readonly<{ urls: readonly string[]; secret: string; ttlSeconds: number }> | null;
  }>;
  hls: Readonly<{
    /** The target duration of segments and of their parts, seconds. */
    segmentS: number;
    partS: number;
    /** How far back viewers can go. */
    rewindMs: number;
    /** The disk limit for the segments of one broadcast, bytes. */
    diskMaxBytes: number;
    /** The FFmpeg to use; null: the one in PATH, if there is one. */
    ffmpegBin: string | null;
  }>;
  recordings: Readonly<{
    /** The limit of all recordings, bytes; null: unlimited. */
    maxBytes: number | null;
    /** The limit of one account's recordings and clips, bytes; null: its share of the room. */
    accountMaxBytes: number | null;
    /** The number of clips an account may have. */
    clipsPerAccount: number;
    /** The disk space to leave free, bytes. */
    minFreeBytes: number;
    /** The bucket for recordings; null: the data folder. */
    s3: Readonly<{
      bucket: string;
      /** null: Amazon's of the region. */
      endpoint: string | null;
      region: string;
      /** null: the SDK's default credentials, such as the machine's role. */
      credentials: Readonly<{ accessKeyId: string; secretAccessKey: string }> | null;
      /** Empty, or with a trailing slash. */
      prefix: string;
      forcePathStyle: boolean;
      /** The limit of files waiting for upload in the data folder, bytes. */
      spoolMaxBytes: number;
    }> | null;
  }>;
  broadcast: Readonly<{ graceMs: number; channelsPerAccount: number; perAccount: number }>;
  chat: Readonly<{ guests: boolean }>;
  webhooks: Readonly<{
    /** Allowed destinations besides the public Internet; addresses and networks. */
    allowedNetworks: readonly string[];
    /** Refused destinations, which override all others. */
    refusedNetworks: readonly string[];
  }>;
  auth: Readonly<{
    sessionMs: number;
    /** The OpenID provider; null: none. */
    oidc: Readonly<{
      issuer: string;
      clientId: string;
      clientSecret: string;
      /** The name shown to people. */
      name: string;
    }> | null;
    /** The secret that all keys are derived from; null: the one in the data folder. */
    secret: string | null;
  }>;
  log: Readonly<{
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
    format: 'text' | 'json';
  }>;
}>;

/** Nest's injection token for the {@link Config}. */
export const CONFIG = Symbol('Config');

/** The environment is invalid. The message lists every mistake, and no secret values. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : 'mistakes'}:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

/** Returns warnings about settings that are valid but probably unintended. */
export function configWarnings({ http: { publicUrl, trustProxy } }: Config): string[] {
  const isBehindProxy = !('hops' in trustProxy) || trustProxy.hops > 0;
  if (!isBehindProxy || publicUrl.startsWith('https:')) return [];
  return [
    `TRUST_PROXY is set, but PUBLIC_URL is ${publicUrl}: cookies are sent without “Secure”. Where the proxy speaks TLS, set PUBLIC_URL to its https:// address.`,
  ];
}

/**
 * Validates an environment.
 * @throws {ConfigError} that lists all mistakes
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Environment.safeParse(env);
  // zod's messages contain the expected value, never the given one.
  const mistakes = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes);
  return toConfig(parsed.data);
}

function contradictions(e: z.output<typeof Environment>): string[] {
  const mistakes: string[] = [];
  if (e.RTC_TURN_URLS.length > 0 && e.RTC_TURN_SECRET === undefined)
    mistakes.push('RTC_TURN_SECRET: needed with RTC_TURN_URLS (static-auth-secret of coturn)');
  if (e.HLS_PART_SECONDS > e.HLS_SEGMENT_SECONDS / 2)
    mistakes.push('HLS_PART_SECONDS: at most half of HLS_SEGMENT_SECONDS');
  mistakes.push(...oidcMistakes(e), ...s3Mistakes(e));
  // Node listens twice for this name, and the second listener does not know the path.
  if (
    e.HOST === 'localhost' &&
    e.PUBLIC_URL !== undefined &&
    new URL(e.PUBLIC_URL).pathname !== '/'
  )
    mistakes.push('HOST: 127.0.0.1 in place of localhost, since PUBLIC_URL has a path');
  if (isIP(e.HOST) === 0 && e.HOST !== 'localhost')
    mistakes.push('HOST: an IP address to listen on, such as 127.0.0.1 or 0.0.0.0');
  return mistakes;
}

function toConfig(e: z.output<typeof Environment>): Config {
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
    rtc: {
      port: e.RTC_PORT,
      announcedAddresses: e.RTC_ANNOUNCED_ADDRESS,
      workers: e.RTC_WORKERS ?? availableParallelism(),
      workerBin: e.MEDIASOUP_WORKER_BIN ?? null,
      maxIncomingBitrateBps: e.RTC_MAX_BITRATE,
      stunUrls: e.RTC_STUN_URLS,
      turn:
        e.RTC_TURN_URLS.length > 0 && e.RTC_TURN_SECRET !== undefined
          ? { urls: e.RTC_TURN_URLS, secret: e.RTC_TURN_SECRET, ttlSeconds: e.RTC_TURN_TTL_SECONDS }
          : null,
    },
    hls: {
      segmentS: e.HLS_SEGMENT_SECONDS,
      partS: e.HLS_PART_SECONDS,
      rewindMs: e.HLS_REWIND_MINUTES * 60_000,
      diskMaxBytes: e.HLS_DISK_MB * 1_048_576,
      ffmpegBin: e.FFMPEG_BIN ?? null,
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

function s3Of(e: z.output<typeof Environment>): Config['recordings']['s3'] {
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
    // Bucket names as host names require DNS that few self-hosted servers have.
    forcePathStyle: e.S3_FORCE_PATH_STYLE ?? endpoint !== null,
    spoolMaxBytes: e.S3_SPOOL_MAX_GB * 1_000_000_000,
  };
}

function s3Mistakes(e: z.output<typeof Environment>): string[] {
  const { S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = e;
  const mistakes: string[] = [];
  if ((id === undefined) !== (secret === undefined))
    mistakes.push('S3_ACCESS_KEY_ID: needs S3_SECRET_ACCESS_KEY, and this needs it');
  if (e.S3_BUCKET === undefined && (e.S3_ENDPOINT !== undefined || id !== undefined))
    mistakes.push('S3_BUCKET: needed where another S3_ setting is given');
  return mistakes;
}

function oidcOf(e: z.output<typeof Environment>): Config['auth']['oidc'] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = e;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  return { issuer, clientId, clientSecret, name: e.OIDC_NAME ?? new URL(issuer).hostname };
}

function oidcMistakes(e: z.output<typeof Environment>): string[] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = e;
  const given = [issuer, clientId, clientSecret].filter((value) => value !== undefined);
  const mistakes: string[] = [];
  if (given.length > 0 && given.length < 3)
    mistakes.push('OIDC_ISSUER: needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, and these need it');
  if (issuer?.startsWith('http:') === true && !LOOPBACK.has(new URL(issuer).hostname))
    mistakes.push('OIDC_ISSUER: an https:// address; http:// is for this machine only');
  return mistakes;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
