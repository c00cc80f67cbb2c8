// The rooms of the house, from the ground up: a folder may import only folders listed before it, and of
// those only the ones it names. `.dependency-cruiser.cjs` turns this into rules, and
// `node scripts/architecture.mjs` into the table of ARCHITECTURE.md; a test keeps the table current.

/** @type {readonly { folder: string, holds: string, imports: readonly string[] }[]} */
exports.folders = [
  {
    folder: 'src/protocol',
    holds: 'the wire contract: schemas and types, shared with the pages',
    imports: [],
  },
  {
    folder: 'src/common',
    holds:
      'typed emitter, serial queue, domain error, log, metrics, gateway decorators, HTTP answers',
    imports: ['protocol'],
  },
  {
    folder: 'src/config',
    holds: 'the environment, validated and frozen; nothing else reads `process.env`',
    imports: ['common'],
  },
  {
    folder: 'src/secrets',
    holds: 'the master secret of the data folder, and the keys derived from it',
    imports: ['common', 'config'],
  },
  {
    folder: 'src/db',
    holds: 'the database connection; migrations at startup',
    imports: ['common', 'config'],
  },
  {
    folder: 'src/security-log',
    holds: 'what happened to accounts, and what administrators did',
    imports: ['protocol', 'common', 'db'],
  },
  {
    folder: 'src/media',
    holds: 'media formats, pure: codecs, RTP, MP4, playlists; AAC on a thread, FFmpeg as a process',
    imports: ['common', 'config'],
  },
  {
    folder: 'src/auth',
    holds: 'accounts, sessions, API tokens, guards',
    imports: ['protocol', 'common', 'config', 'secrets', 'db', 'security-log'],
  },
  {
    folder: 'src/security',
    holds: 'limits per address on requests, connections and payloads; strict JSON',
    imports: ['protocol', 'common', 'config', 'auth'],
  },
  {
    folder: 'src/access',
    holds: 'who may watch what: one policy, asked on every way in',
    imports: ['protocol', 'common', 'config', 'secrets', 'db', 'security-log', 'auth'],
  },
  {
    folder: 'src/channels',
    holds: 'channels and their stream keys',
    imports: ['protocol', 'common', 'config', 'db', 'security-log', 'auth', 'access'],
  },
  {
    folder: 'src/broadcast',
    holds: 'the domain of broadcasts; `ports/` is what it needs from media',
    imports: ['protocol', 'common', 'config', 'db', 'media', 'auth', 'access', 'channels'],
  },
  {
    folder: 'src/sdp',
    holds: 'reads offers and writes answers, pure: SDP to mediasoup parameters and back',
    imports: ['protocol', 'broadcast'],
  },
  {
    folder: 'src/sfu',
    holds: 'the only importer of mediasoup; implements the media port',
    imports: ['protocol', 'common', 'config', 'media', 'broadcast'],
  },
  {
    folder: 'src/hls',
    holds: 'live packaging: RTP to segments, and their delivery; implements the packaging port',
    imports: ['protocol', 'common', 'config', 'media', 'access', 'broadcast'],
  },
  {
    folder: 'src/recordings',
    holds: 'recordings and clips; implements the recording port',
    imports: [
      'protocol',
      'common',
      'config',
      'secrets',
      'db',
      'media',
      'auth',
      'access',
      'channels',
      'broadcast',
    ],
  },
  {
    folder: 'src/account',
    holds: "an account's export and deletion, and ending all its sessions",
    imports: ['protocol', 'common', 'db', 'security-log', 'auth', 'channels', 'broadcast'],
  },
  {
    folder: 'src/follows',
    holds: 'accounts that follow channels',
    imports: ['protocol', 'common', 'db', 'auth', 'access', 'channels', 'broadcast'],
  },
  {
    folder: 'src/chat',
    holds: 'rooms, group commits, rules, moderation',
    imports: [
      'protocol',
      'common',
      'config',
      'db',
      'auth',
      'access',
      'channels',
      'broadcast',
      'account',
      'follows',
    ],
  },
  {
    folder: 'src/health',
    holds: 'liveness, readiness, the metrics endpoint',
    imports: ['common', 'db', 'broadcast'],
  },
  {
    folder: 'src/statistics',
    holds: 'viewers, watch time and chat messages of broadcasts, sampled and stored',
    imports: ['protocol', 'common', 'db', 'auth', 'access', 'broadcast', 'chat'],
  },
  {
    folder: 'src/webhooks',
    holds: 'signed deliveries to other programs, from the database',
    imports: [
      'protocol',
      'common',
      'config',
      'secrets',
      'db',
      'auth',
      'security',
      'channels',
      'broadcast',
      'chat',
    ],
  },
  {
    folder: 'src/admin',
    holds: 'what administrators see and do; the first administrator',
    imports: [
      'protocol',
      'common',
      'config',
      'db',
      'security-log',
      'auth',
      'broadcast',
      'hls',
      'recordings',
      'health',
    ],
  },
  {
    folder: 'src/sockets',
    holds: 'Socket.IO: connections, limits, dispatch of requests',
    imports: ['protocol', 'common', 'config', 'secrets', 'auth', 'security', 'access', 'broadcast'],
  },
  {
    folder: 'src/http-rtc',
    holds: 'what WHIP and WHEP share: SDP bodies, ICE sessions, entity tags',
    imports: ['protocol', 'common', 'sdp'],
  },
  {
    folder: 'src/signaling',
    holds: 'the socket events of publishers and viewers',
    imports: ['protocol', 'common', 'config', 'access', 'broadcast'],
  },
  {
    folder: 'src/whip',
    holds: 'publishing by WHIP',
    imports: ['protocol', 'common', 'config', 'auth', 'channels', 'broadcast', 'sdp', 'http-rtc'],
  },
  {
    folder: 'src/whep',
    holds: 'watching by WHEP',
    imports: [
      'protocol',
      'common',
      'config',
      'auth',
      'security',
      'access',
      'broadcast',
      'sdp',
      'http-rtc',
    ],
  },
  {
    folder: 'src/pages',
    holds: 'the web pages and their headers',
    imports: [
      'protocol',
      'common',
      'config',
      'auth',
      'access',
      'channels',
      'broadcast',
      'recordings',
    ],
  },
  {
    folder: 'src/openapi',
    holds: 'the OpenAPI document',
    imports: ['protocol', 'common', 'config', 'auth'],
  },
  {
    folder: 'web/build',
    holds: 'plugins of the page build: size budget, precompression, font preload',
    imports: [],
  },
  {
    folder: 'web/client',
    holds: "the pages' logic without DOM: connection, viewer, publisher, chat, capture",
    imports: ['protocol'],
  },
  {
    folder: 'web/ui',
    holds: 'pages and components',
    imports: ['client', 'protocol'],
  },
];
