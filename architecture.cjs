// The folders from the lowest layer up: a folder may import only folders listed before it, and of those
// only the ones that it lists. `.dependency-cruiser.cjs` turns this into rules, and
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
      'typed emitter, serial queue, domain error, log, metrics, gateway decorators, HTTP responses',
    imports: ['protocol'],
  },
  {
    folder: 'src/config',
    holds: 'the environment, validated and frozen; nothing else reads `process.env`',
    imports: ['common'],
  },
  {
    folder: 'src/secrets',
    holds: 'the master secret, and the keys derived from it',
    imports: ['common', 'config'],
  },
  {
    folder: 'src/db',
    holds: 'the database connection; migrations at startup',
    imports: ['common', 'config'],
  },
  {
    folder: 'src/cluster',
    holds:
      'the nodes of one service: membership, draining, and wake-up messages and calls between nodes',
    imports: ['common', 'config', 'secrets', 'db'],
  },
  {
    folder: 'src/security-log',
    holds: 'account events and administrator actions',
    imports: ['protocol', 'common', 'db'],
  },
  {
    folder: 'src/media',
    holds:
      'media formats as pure functions (codecs, RTP, MP4, playlists); AAC encoding in a worker thread, FFmpeg in a child process',
    imports: ['common', 'config'],
  },
  {
    folder: 'src/auth',
    holds: 'accounts, sessions, API tokens, guards',
    imports: ['protocol', 'common', 'config', 'secrets', 'db', 'cluster', 'security-log'],
  },
  {
    folder: 'src/security',
    holds: 'per-address limits on requests and connections; payload size limits; strict JSON',
    imports: ['protocol', 'common', 'config', 'auth'],
  },
  {
    folder: 'src/access',
    holds: 'who can watch what: one policy, checked at every entry point',
    imports: ['protocol', 'common', 'config', 'secrets', 'db', 'cluster', 'security-log', 'auth'],
  },
  {
    folder: 'src/channels',
    holds: 'channels and their stream keys',
    imports: ['protocol', 'common', 'config', 'db', 'cluster', 'security-log', 'auth', 'access'],
  },
  {
    folder: 'src/broadcast',
    holds: 'the broadcast domain; `ports/` declares the interfaces that it needs from media',
    imports: [
      'protocol',
      'common',
      'config',
      'secrets',
      'db',
      'cluster',
      'media',
      'auth',
      'access',
      'channels',
    ],
  },
  {
    folder: 'src/sdp',
    holds:
      'parses offers and writes answers, as pure functions between SDP and mediasoup parameters',
    imports: ['protocol', 'broadcast'],
  },
  {
    folder: 'src/sfu',
    holds: 'the only importer of mediasoup; implements the media port',
    imports: ['protocol', 'common', 'config', 'cluster', 'media', 'broadcast'],
  },
  {
    folder: 'src/hls',
    holds:
      'packages live RTP into segments, and delivers them over HTTP; implements the packaging port',
    imports: ['protocol', 'common', 'config', 'cluster', 'media', 'access', 'broadcast'],
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
      'cluster',
      'media',
      'auth',
      'access',
      'channels',
      'broadcast',
    ],
  },
  {
    folder: 'src/account',
    holds: 'account export, account deletion, and logging out everywhere',
    imports: ['protocol', 'common', 'db', 'security-log', 'auth', 'channels', 'broadcast'],
  },
  {
    folder: 'src/follows',
    holds: 'which accounts follow which channels',
    imports: [
      'protocol',
      'common',
      'config',
      'db',
      'cluster',
      'auth',
      'access',
      'channels',
      'broadcast',
    ],
  },
  {
    folder: 'src/chat',
    holds: 'rooms, group commits, rules, moderation',
    imports: [
      'protocol',
      'common',
      'config',
      'db',
      'cluster',
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
    imports: ['common', 'db', 'cluster', 'broadcast'],
  },
  {
    folder: 'src/statistics',
    holds: 'viewer counts, watch time and chat message counts per broadcast, sampled and stored',
    imports: ['protocol', 'common', 'db', 'auth', 'access', 'broadcast', 'chat'],
  },
  {
    folder: 'src/webhooks',
    holds: 'signed HTTP deliveries, queued in the database',
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
    holds: 'administration, including the creation of the first administrator',
    imports: [
      'protocol',
      'common',
      'config',
      'secrets',
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
    imports: [
      'protocol',
      'common',
      'config',
      'secrets',
      'cluster',
      'auth',
      'security',
      'access',
      'broadcast',
    ],
  },
  {
    folder: 'src/http-rtc',
    holds: 'what WHIP and WHEP share: SDP bodies, ICE sessions, entity tags, sessions of all nodes',
    imports: ['protocol', 'common', 'config', 'cluster', 'sdp'],
  },
  {
    folder: 'src/signaling',
    holds: 'the socket events of publishers and viewers',
    imports: ['protocol', 'common', 'config', 'access', 'broadcast'],
  },
  {
    folder: 'src/whip',
    holds: 'publishing over WHIP',
    imports: ['protocol', 'common', 'config', 'auth', 'channels', 'broadcast', 'sdp', 'http-rtc'],
  },
  {
    folder: 'src/whep',
    holds: 'watching over WHEP',
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
    holds: 'plugins of the page build: shared HTML, size budget, precompression, font preload',
    imports: [],
  },
  {
    folder: 'web/client',
    holds: "page logic that doesn't touch the DOM: connection, viewer, publisher, chat, capture",
    imports: ['protocol'],
  },
  {
    folder: 'web/ui',
    holds: 'pages and components',
    imports: ['client', 'protocol'],
  },
];
