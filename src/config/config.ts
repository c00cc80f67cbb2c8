import type { TrustedProxies } from './trusted-proxies.js';
import type { VideoEncoder } from './video-encoders.js';

/** The settings, which are read once at startup, validated and frozen. */
export type Config = Readonly<{
  http: Readonly<{
    /** The port to listen on; 0 for any free port. */
    port: number;
    host: string;
    /** The public URL without a trailing slash. */
    publicUrl: string;
    /**
     * The path of the public URL, without a trailing slash. It prefixes all addresses and is
     * usually empty.
     */
    basePath: string;
    /** The origins whose pages can call the API, in addition to the public one. */
    allowedOrigins: readonly string[];
    /** The proxies that are trusted to report the client's address. */
    trustProxy: TrustedProxies;
    /** The factor by which all limits per address are multiplied. */
    addressLimitFactor: number;
  }>;
  data: Readonly<{
    /** The data folder; `:memory:` to store nothing on disk, for tests. */
    dir: string;
    /** The URL of the PostgreSQL database; null for the embedded database. */
    databaseUrl: string | null;
  }>;
  node: Readonly<{
    /** The address at which other nodes call this one; null for a single node. */
    url: string | null;
    /** The display name. */
    name: string;
    /** The URL of the Redis that wakes nodes; null to use PostgreSQL. */
    redisUrl: string | null;
    /** How long clients have to move to other nodes before this one stops, in milliseconds. */
    drainMs: number;
    /** Where media from other nodes arrives; null for a single node. */
    rtc: Readonly<{
      /** An IP address of this machine. */
      address: string;
      /**
       * The range of UDP ports, including both ends. Each pipe from or to another node uses one.
       */
      ports: Readonly<{ min: number; max: number }>;
    }> | null;
  }>;
  rtc: Readonly<{
    /** The first worker's port; further workers use the following ones. 0 for any free ports. */
    port: number;
    /**
     * The addresses at which clients reach the server, the preferred one first; empty for this
     * machine's own addresses.
     */
    announcedAddresses: readonly string[];
    workers: number;
    workerBin: string | null;
    /** Whether workers that can send multiple datagrams with one call do so. */
    segments: boolean;
    /** The maximum bit rate of a publisher, in bits per second. */
    maxIncomingBitrateBps: number;
    stunUrls: readonly string[];
    turn: Readonly<{ urls: readonly string[]; secret: string; ttlSeconds: number }> | null;
  }>;
  rtmp: Readonly<{
    /** The port on which encoders publish over RTMP; 0 to turn RTMP off. */
    port: number;
    /** The settings for publishing over RTMPS; null if RTMPS is off. */
    tls: Readonly<{
      port: number;
      /** The PEM files of the certificate with its chain, and of its key. */
      certFile: string;
      keyFile: string;
    }> | null;
  }>;
  srt: Readonly<{
    /** The UDP port on which encoders publish over SRT; 0 to turn SRT off. */
    port: number;
    /** The Python that runs the SRT program; null to search for one. */
    pythonBin: string | null;
  }>;
  hls: Readonly<{
    /** The target duration of segments and of their parts, in seconds. */
    segmentS: number;
    partS: number;
    /** How far back viewers can rewind, in milliseconds. */
    rewindMs: number;
    /** The maximum disk space for the segments of one broadcast, in bytes. */
    diskMaxBytes: number;
    /** The FFmpeg program to use; null for the one in PATH, if any. */
    ffmpegBin: string | null;
  }>;
  transcode: Readonly<{
    /** The maximum number of broadcasts transcoded at once; 0 for none. */
    max: number;
    /** The encoder to use; null for the cheapest one that works. */
    encoder: VideoEncoder | null;
  }>;
  mixers: Readonly<{
    /** The maximum number of stages that this server mixes at once; 0 for none. */
    max: number;
    /** The Python with GStreamer to use; null for Debian's or the one in PATH, if any. */
    pythonBin: string | null;
  }>;
  recordings: Readonly<{
    /** The maximum size of all recordings, in bytes; null for no limit. */
    maxBytes: number | null;
    /**
     * The maximum size of one account's recordings and clips, in bytes; null for a fair share of
     * the space.
     */
    accountMaxBytes: number | null;
    /** The maximum number of clips per account. */
    clipsPerAccount: number;
    /** The disk space to leave free, in bytes. */
    minFreeBytes: number;
    /** The bucket for recordings; null to store them in the data folder. */
    s3: Readonly<{
      bucket: string;
      /** The endpoint; null for Amazon's endpoint in the region. */
      endpoint: string | null;
      region: string;
      /** The credentials; null for the SDK's defaults, such as those of the machine's role. */
      credentials: Readonly<{ accessKeyId: string; secretAccessKey: string }> | null;
      /** The prefix of all keys: empty, or ending in a slash. */
      prefix: string;
      forcePathStyle: boolean;
      /** The maximum size of the files waiting for upload in the data folder, in bytes. */
      spoolMaxBytes: number;
    }> | null;
  }>;
  broadcast: Readonly<{ graceMs: number; channelsPerAccount: number; perAccount: number }>;
  chat: Readonly<{ guests: boolean }>;
  webhooks: Readonly<{
    /**
     * The addresses and networks that are allowed as destinations, in addition to the public
     * Internet.
     */
    allowedNetworks: readonly string[];
    /**
     * The addresses and networks that are refused as destinations, even if they are otherwise
     * allowed.
     */
    refusedNetworks: readonly string[];
  }>;
  restream: Readonly<{
    /** The maximum number of targets per channel; 0 turns restreaming off. */
    targetsMax: number;
  }>;
  auth: Readonly<{
    sessionMs: number;
    /** The OpenID provider; null if none is configured. */
    oidc: Readonly<{
      issuer: string;
      clientId: string;
      clientSecret: string;
      /** The name that is shown to users. */
      name: string;
    }> | null;
    /** The secret from which all keys are derived; null for the one in the data folder. */
    secret: string | null;
  }>;
  log: Readonly<{
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
    format: 'text' | 'json';
  }>;
}>;

/** Nest's injection token for the {@link Config}. */
export const CONFIG = Symbol('Config');
