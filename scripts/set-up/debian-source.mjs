import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryRun } from './run.mjs';

/** The timeout of the whole download. */
const TIMEOUT_MS = 180_000;
/** Options for apt, without which requests in a network that drops packets take minutes to fail. */
const IMPATIENT = ['http', 'https'].flatMap((way) => ['-o', `Acquire::${way}::Timeout=15`]);

/**
 * @typedef {object} DebianSource
 * @property {string} path the folder of the unpacked source
 * @property {boolean} isPatched whether it has Debian's patches; if not, it is the upstream release
 */

/**
 * Fetches and unpacks the source of an installed Debian package with apt, which verifies Debian's
 * signature. The machine's own source lists usually omit source packages (deb-src), so apt uses
 * converted copies of the lists in the folder. The system's files don't change, and root isn't
 * needed.
 * @param {string} installed the name of the installed package
 * @param {{ folder: string }} options folder: an empty folder to work in
 * @returns {Promise<DebianSource>}
 * @throws {Error} with a short reason, if the source is unavailable
 */
export async function fetchDebianSource(installed, { folder }) {
  const query = ['--show', '--showformat=${source:Package}=${source:Version}', installed];
  const { output: source, code } = await tryRun('dpkg-query', query);
  if (code !== 0) throw new Error(`${installed} isn't installed`);
  const parts = join(folder, 'sources.list.d');
  await mkdir(parts, { recursive: true });
  await copySources({ to: parts, uri: await archiveOf(installed) });
  return fetchSource(source, { folder, parts });
}

/**
 * Fetches and unpacks a source package. Some mirrors lack the small files of source packages, which
 * contain Debian's patches. In that case, the upstream release, whose checksum Debian has signed,
 * is used, unless Debian has fixed the package since the distribution was released.
 * @param {string} source NAME=VERSION
 * @param {{ folder: string, parts: string }} options folder: where to work; parts: a folder of files
 * of sources.list(5)
 * @returns {Promise<DebianSource>}
 * @throws {Error} with a short reason, if the source is unavailable
 */
export async function fetchSource(source, { folder, parts }) {
  const apt = await aptIn(folder, parts);
  // One of several package sources may be unreachable; only the next command has to succeed.
  await apt(['update']);
  const fetched = await apt(['source', '--download-only', source]);
  if (fetched.code === 0) return { path: await unpackPatched(folder), isPatched: true };
  const isFixed = /[+~]deb\d+u\d+$/.test(source);
  const release = isFixed
    ? fetched
    : await apt(['source', '--download-only', '--tar-only', source]);
  if (release.code !== 0) throw new Error(fetched.complaint);
  return { path: await unpackRelease(folder), isPatched: false };
}

/**
 * Returns a function that runs apt-get in a folder, with its own lists and cache.
 * @param {string} folder
 * @param {string} parts
 */
async function aptIn(folder, parts) {
  const needed = ['lists/partial', 'cache/archives/partial', 'source'];
  await Promise.all(needed.map((name) => mkdir(join(folder, name), { recursive: true })));
  const directories = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': parts,
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    // As root, apt would otherwise warn that its sandbox user can't write here.
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(directories).flatMap(([name, value]) => [
    '-o',
    `${name}=${value}`,
  ]);
  return async (/** @type {string[]} */ args) => {
    const result = await tryRun('apt-get', [...options, ...IMPATIENT, '--quiet', ...args], {
      cwd: join(folder, 'source'),
      timeoutMs: TIMEOUT_MS,
    });
    return { ...result, complaint: lastError(result.output) };
  };
}

/** @param {string} folder */
async function unpackPatched(folder) {
  const unpacked = join(folder, 'unpacked');
  await unpack(folder, 'dpkg-source', ['-x', await fileOf(folder, /\.dsc$/), unpacked]);
  return unpacked;
}

/** @param {string} folder */
async function unpackRelease(folder) {
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  const archive = await fileOf(folder, /\.orig\.tar\.\w+$/);
  await unpack(folder, 'tar', ['-xf', archive, '-C', unpacked, '--strip-components=1']);
  return unpacked;
}

/**
 * @param {string} folder
 * @param {RegExp} name
 */
async function fileOf(folder, name) {
  const files = await readdir(join(folder, 'source'));
  return files.find((file) => name.test(file)) ?? '';
}

/**
 * @param {string} folder
 * @param {string} program
 * @param {string[]} args
 */
async function unpack(folder, program, args) {
  const { code, output } = await tryRun(program, args, { cwd: join(folder, 'source') });
  if (code !== 0) throw new Error(lastError(output));
}

/** @param {string} output */
function lastError(output) {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => /^(E|dpkg-source: error):/.test(line)) ?? lines.at(-1) ?? '';
}

/**
 * Returns the URL from which apt would download a package; empty if it has none.
 * @param {string} installed
 */
async function archiveOf(installed) {
  const { output } = await tryRun('apt-get', ['download', '--print-uris', installed]);
  return /^'([^']+)'/m.exec(output)?.[1] ?? '';
}

/** @param {{ to: string, uri: string }} options */
async function copySources({ to, uri }) {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  for (const [index, file] of files.entries()) {
    const format = file.endsWith('.sources') ? 'sources' : 'list';
    if (!file.endsWith(`.${format}`)) continue;
    const text = await readFile(file, 'utf8').catch(() => '');
    await writeFile(join(to, `${index}.${format}`), sourceEntries(text, { format, uri }));
  }
}

/**
 * Converts entries for binary packages into entries for the source packages of the same archives.
 * @param {string} text a file of sources.list(5)
 * @param {{ format: 'list' | 'sources', uri: string }} options uri: a package's URI; only the
 * entries for its archive are converted, or all entries if the URI is empty
 * @returns {string}
 */
export function sourceEntries(text, { format, uri }) {
  const isWanted = (/** @type {string} */ entry) =>
    uri === '' || (entry.match(/[a-z+]+:\/\/[^\s]+/g) ?? []).some((base) => isUnder(uri, base));
  if (format === 'list')
    return text
      .split('\n')
      .filter((line) => /^\s*deb\s/.test(line) && isWanted(line))
      .map((line) => `${line.trim().replace(/^deb/, 'deb-src')}\n`)
      .join('');
  return text
    .split(/\n\s*\n/)
    .map((entry) => entry.replaceAll(/^#.*\n?/gm, '').trim())
    .filter((entry) => /^Types:.*\bdeb(\s|$)/m.test(entry) && !/^Enabled:\s*no/m.test(entry))
    .filter(isWanted)
    .map((entry) => `${entry.replace(/^Types:.*$/m, 'Types: deb-src')}\n`)
    .join('\n');
}

/**
 * @param {string} uri
 * @param {string} base
 */
function isUnder(uri, base) {
  return uri.startsWith(base.endsWith('/') ? base : `${base}/`);
}
