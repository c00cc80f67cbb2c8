// The dependency rules of ARCHITECTURE.md, enforced by `npm run check`.
const { folders } = require('./architecture.cjs');

const TEST = '\\.test\\.tsx?$';

/** One rule per server folder: of our own code, it imports only what architecture.cjs allows. */
const folderRules = folders
  .filter(({ folder }) => folder.startsWith('src/'))
  .map(({ folder, imports }) => ({
    name: `${folder}-imports-what-it-may`,
    comment: 'see architecture.cjs',
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: TEST },
    to: {
      path: '^src/',
      pathNot: `^(${folder}|src/generated${imports.map((name) => `|src/${name}`).join('')})/`,
    },
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
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
      name: 'domain-knows-accounts-only-at-its-controllers',
      severity: 'error',
      from: { path: '^src/broadcast/', pathNot: [TEST, '\\.(controller|module)\\.ts$'] },
      to: { path: '^src/auth/' },
    },
    {
      name: 'media-implements-ports',
      comment: 'sfu, hls and sdp see only the ports of the domain',
      severity: 'error',
      from: { path: '^src/(sfu|hls|sdp)/', pathNot: TEST },
      to: { path: '^src/broadcast/', pathNot: '^src/broadcast/(ports/|linger\\.ts$)' },
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
      name: 'media-formats-go-one-way',
      comment: 'rtp and mp4 know codecs, and not each other',
      severity: 'error',
      from: { path: '^src/media/(codecs|rtp|mp4|playlist)/', pathNot: TEST },
      to: { path: '^src/media/', pathNot: '^src/media/($1|codecs)/' },
    },
    {
      name: 'worker-threads-import-types-only',
      comment:
        'tests and tools load these files as .ts by type stripping, which resolves no .js to a .ts; the tests that start the relay preload test/support/resolve-ts.mjs',
      severity: 'error',
      from: { path: '^src/.*\\.worker\\.ts$', pathNot: '/relay\\.worker\\.ts$' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-files-without-nest',
      severity: 'error',
      from: {
        path: [
          '^src/protocol/',
          '^src/programme/',
          '^src/sdp/',
          '^src/media/(codecs|rtp|mp4|playlist)/',
          '^src/hls/(timeline|segmenter)/',
          '^src/broadcast/(broadcast-lifecycle|live-broadcast|live-channel|peer|ports/.*)\\.ts$',
          '^src/channels/channel\\.ts$',
        ],
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'hls-goes-one-way',
      comment: 'what makes segments doesn’t know who keeps or serves them',
      severity: 'error',
      from: { path: '^src/hls/(timeline|segmenter)/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/(hls/(timeline|segmenter)|media)/' },
    },
    {
      name: 'pure-media-without-the-system',
      comment: 'no files, no network, no timers: time comes in as an argument',
      severity: 'error',
      from: {
        path: '^src/(hls/(timeline|segmenter)|media/(codecs|rtp|mp4|playlist))/',
        pathNot: TEST,
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'hls-serves-last',
      comment: 'what keeps segments doesn’t know who fetches them',
      severity: 'error',
      from: { path: '^src/hls/(run|aac|segmenter|timeline)/', pathNot: TEST },
      to: { path: '^src/hls/delivery/' },
    },
    {
      name: 'web-knows-the-contract-only',
      severity: 'error',
      from: { path: '^web/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/(protocol|programme)/' },
    },
    {
      name: 'web-takes-types-of-the-contract',
      comment:
        'the schema library must not reach the pages; limits.ts, chat-commands.ts, moving.ts, restream-protocol.ts, srt-url.ts and assert-never.ts import nothing and may',
      severity: 'error',
      from: { path: '^(web|src/programme)/', pathNot: TEST },
      to: {
        path: '^src/protocol/',
        pathNot:
          '^src/protocol/(limits|chat-commands|moving|restream-protocol|srt-url|assert-never)\\.ts$',
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
