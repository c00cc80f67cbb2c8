// Run by the build step, under Node 24: combines the compiled server and the packages that it uses
// into a few files without comments, because V8 keeps the source of every loaded module in memory
// (docs/adr/0034). Prints a line "BUNDLED: PATH" for each file that it writes; PATH is absolute.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { minify } from 'rolldown/utils';
import { root } from './paths.mjs';

/** The output folder. All files are directly in it, because some find others by relative URLs. */
const FOLDER = 'dist/bundle';

/** The entry points, by the file names under which they look for each other. */
const PROGRAMS = {
  main: 'dist/main.js',
  'pglite.init': 'dist/db/pglite.init.js',
  'pglite.worker': 'dist/db/pglite.worker.js',
  'aac.worker': 'dist/media/aac/aac.worker.js',
  'relay.worker': 'dist/restream/whip/relay.worker.js',
};

/** Packages that read files next to their own, and those that are loaded only when needed. */
const LEFT_OUT = [
  /^@aws-sdk\//,
  /^@electric-sql\//,
  /^@mediabunny\//,
  /^mediabunny$/,
  /^mediasoup$/,
  /^openid-client$/,
  /^opus-decoder$/,
  /^sharp$/,
];

const PACKAGES = 'packages';

/** With these, `--enable-source-maps` makes stack traces of Onair's own code name the original source. */
const sourceMaps = {
  name: 'source-maps',
  async load(/** @type {string} */ id) {
    if (!id.startsWith(join(root, 'dist/'))) return null;
    const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
    return { code, map };
  },
};

/** Reads Prisma's query compiler from a file. As text in its package, it would stay in memory. */
const queryCompiler = {
  name: 'query-compiler',
  /** @this {import('rolldown').PluginContext} */
  async load(/** @type {string} */ id) {
    if (!/query_compiler_\w+\.postgresql\.wasm-base64\.mjs$/.test(id)) return null;
    const { wasm } = await import(id);
    const source = Buffer.from(wasm, 'base64');
    const file = this.emitFile({ type: 'asset', name: 'query-compiler.wasm', source });
    return `import { readFileSync } from 'node:fs';
      export const wasm = readFileSync(new URL(import.meta.ROLLUP_FILE_URL_${file}));`;
  },
};

const bundle = await rolldown({
  cwd: root,
  input: PROGRAMS,
  platform: 'node',
  external: LEFT_OUT,
  plugins: [sourceMaps, queryCompiler],
  // Hides warnings about optional dependencies of packages, which aren't installed.
  logLevel: 'silent',
});
const { output } = await bundle.write({
  dir: FOLDER,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  assetFileNames: '[name][extname]',
  sourcemap: true,
  keepNames: true,
  comments: false,
  codeSplitting: { groups: [{ name: PACKAGES, test: /[\\/]node_modules[\\/]/ }] },
});
await bundle.close();
await shrink(join(root, FOLDER, `${PACKAGES}.js`));
for (const { fileName } of output)
  if (fileName !== `${PACKAGES}.js.map`) console.log(`BUNDLED: ${join(root, FOLDER, fileName)}`);

/**
 * Removes the whitespace and the source map from the packages' file. Onair's own code keeps its
 * lines, so that stack traces remain readable.
 * @param {string} path
 */
async function shrink(path) {
  const { code } = await minify(path, await readFile(path, 'utf8'), {
    module: true,
    compress: false,
    mangle: false,
  });
  await writeFile(path, code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, ''));
  await rm(`${path}.map`, { force: true });
}
