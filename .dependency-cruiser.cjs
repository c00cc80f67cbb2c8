// The dependency rules of ARCHITECTURE.md, held by `npm run check`.
const TEST = '\\.test\\.tsx?$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: { path: '^(src|web|test)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'protocol-imports-the-schema-library-only',
      severity: 'error',
      from: { path: '^src/protocol/', pathNot: TEST },
      to: { pathNot: ['^src/protocol/', 'node_modules/zod/'] },
    },
    {
      name: 'config-and-common-know-nobody',
      comment: 'common is for everyone, so it needs nothing but the contract and the configuration',
      severity: 'error',
      from: { path: '^src/(common|config)/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/(common|config|protocol)/' },
    },
    {
      name: 'siblings-never-meet',
      comment:
        'sfu, hls, chat and auth never import one another: broadcast and the edges join them',
      severity: 'error',
      from: { path: '^src/(sfu|hls|chat|auth)/', pathNot: TEST },
      to: { path: '^src/(sfu|hls|chat|auth)/', pathNot: '^src/$1/' },
    },
    {
      name: 'statistics-look-on',
      comment: 'they listen to what is on and to chats, which know nothing of them',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(statistics/|app\\.module\\.ts$)', TEST] },
      to: { path: '^src/statistics/' },
    },
    {
      name: 'domain-knows-no-edges',
      severity: 'error',
      from: { path: '^src/broadcast/', pathNot: TEST },
      to: { path: '^src/(signaling|sfu|hls|chat|pages|health|whip|whep|sockets)/' },
    },
    {
      name: 'domain-knows-accounts-only-at-its-controllers',
      severity: 'error',
      from: { path: '^src/broadcast/', pathNot: [TEST, '\\.(controller|module)\\.ts$'] },
      to: { path: '^src/auth/' },
    },
    {
      name: 'media-implements-ports',
      comment: 'sfu and hls see of the domain its ports only',
      severity: 'error',
      from: { path: '^src/(sfu|hls)/', pathNot: TEST },
      to: { path: '^src/broadcast/', pathNot: '^src/broadcast/ports\\.ts$' },
    },
    {
      name: 'mediasoup-only-in-sfu',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sfu/' },
      to: { path: 'node_modules/mediasoup/' },
    },
    {
      name: 'prisma-only-in-repositories',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(db|generated)/', '\\.repository\\.ts$'] },
      to: { path: ['^src/generated/', 'node_modules/@prisma/', 'node_modules/pg/'] },
    },
    {
      name: 'pure-files-without-nest',
      severity: 'error',
      from: {
        path: [
          '^src/protocol/',
          '^src/sdp/',
          '^src/rtp/',
          '^src/hls/(playlist|mp4|rtp|timeline|segmenter)/',
          '^src/broadcast/(broadcast-lifecycle|live-broadcast|live-channel|peer|ports|channel)\\.ts$',
        ],
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'sdp-knows-the-contract-only',
      severity: 'error',
      from: { path: '^src/sdp/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/(sdp/|protocol/|broadcast/ports\\.ts$)' },
    },
    {
      name: 'rtp-knows-nobody',
      comment: 'packets as both of media’s sides read them: pure',
      severity: 'error',
      from: { path: '^src/rtp/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/rtp/' },
    },
    {
      name: 'hls-goes-one-way',
      comment: 'what makes segments doesn’t know who keeps or serves them',
      severity: 'error',
      from: { path: '^src/hls/(playlist|mp4|rtp|timeline|segmenter)/', pathNot: TEST },
      to: {
        path: '^src/',
        pathNot: '^src/(rtp/|hls/(playlist|mp4|rtp|timeline|segmenter)/|broadcast/ports\\.ts$)',
      },
    },
    {
      name: 'hls-makes-without-the-system',
      comment: 'no files, no network, no timers: time comes in as an argument',
      severity: 'error',
      from: { path: '^src/hls/(playlist|mp4|rtp|timeline|segmenter)/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'hls-serves-last',
      comment: 'what keeps segments doesn’t know who fetches them',
      severity: 'error',
      from: { path: '^src/hls/(run|aac)/', pathNot: TEST },
      to: { path: '^src/hls/delivery/' },
    },
    {
      name: 'web-knows-the-contract-only',
      severity: 'error',
      from: { path: '^web/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'web-takes-types-of-the-contract',
      comment:
        'the schema library must not reach the pages; limits.ts and chat-commands.ts have no imports and may',
      severity: 'error',
      from: { path: '^web/', pathNot: TEST },
      to: {
        path: '^src/protocol/',
        pathNot: '^src/protocol/(limits|chat-commands)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'client-knows-no-ui',
      severity: 'error',
      from: { path: '^web/client/' },
      to: { path: ['^web/ui/', 'node_modules/preact/', 'node_modules/@preact/signals/'] },
    },
    {
      name: 'sources-know-no-tests',
      severity: 'error',
      from: { path: '^(src|web)/', pathNot: TEST },
      to: { path: ['^test/', TEST] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^src/generated/'] },
    exclude: { path: '^(dist|third_party)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css'],
    },
  },
};
