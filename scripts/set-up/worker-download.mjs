import { createWriteStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { CHECKSUM_FILE, CHECKSUM_SETTING, sha256Of } from './worker-checksums.mjs';

/** The timeout for a response; short, so that the setup continues soon without network access. */
const ANSWER_TIMEOUT_MS = 8_000;
/** The archive is about 5 MB. */
const DOWNLOAD_TIMEOUT_MS = 120_000;
const ARCHIVE_MAX_BYTES = 64 * 1024 * 1024;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Returns the URL from which mediasoup's own install script (npm-scripts.mjs) downloads its prebuilt
 * worker.
 * @param {{ version: string, repository: string, platform?: string, arch?: string, kernel?: string,
 * baseUrl?: string | undefined }} options repository: the repository.url of mediasoup's
 * package.json; kernel: as os.release() returns it
 * @throws {SetUpError} for a URL whose content could be replaced in transit
 */
export function prebuiltUrl({
  version,
  repository,
  platform = process.platform,
  arch = process.arch,
  kernel = release(),
  baseUrl = process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL,
}) {
  const base =
    baseUrl || `${repository.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`;
  const suffix = platform === 'linux' ? `-kernel${Number(kernel.split('.')[0])}` : '';
  assertPrivate(base);
  return `${base}/${version}/mediasoup-worker-${version}-${platform}-${arch}${suffix}.tgz`;
}

/** @param {string} url */
function assertPrivate(url) {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))) return;
  throw new SetUpError(`The media worker is not downloaded from ${url}.`, {
    advice:
      'MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL must start with https://; http:// is allowed only for this machine.',
  });
}

/**
 * Downloads the archive of the prebuilt worker.
 * @param {{ url: string, folder: string }} options
 * @returns {Promise<string>} the path of the archive in the folder
 * @throws {Error} within seconds if there is no network access; the message says what happened
 */
export async function downloadArchive({ url, folder }) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), ANSWER_TIMEOUT_MS);
  const archive = join(folder, basename(new URL(url).pathname));
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), DOWNLOAD_TIMEOUT_MS);
    if (!response.ok || !response.body)
      throw new Error(`the response had status ${response.status}`);
    assertPrivate(response.url);
    await pipeline(Readable.fromWeb(response.body), atMost(), createWriteStream(archive));
  } catch (error) {
    // fetch only says "fetch failed"; its cause is specific.
    throw abort.signal.aborted
      ? new Error('the server did not respond in time')
      : (error.cause ?? error);
  } finally {
    clearTimeout(timer);
  }
  return archive;
}

/** Passes bytes through, and fails if there are too many. */
function atMost() {
  let bytes = 0;
  return new Transform({
    transform(chunk, _encoding, done) {
      bytes += chunk.length;
      if (bytes > ARCHIVE_MAX_BYTES) done(new Error('the archive is too large'));
      else done(null, chunk);
    },
  });
}

/**
 * Downloads the prebuilt worker, and unpacks it only if its checksum matches.
 * @param {{ url: string, folder: string, checksum: string }} options checksum: the archive's
 * SHA-256
 * @returns {Promise<string>} the path of the program in the folder
 * @throws {SetUpError} if the checksum differs; the setup then ends
 * @throws {Error} if it is unavailable; the message says why
 */
export async function downloadWorker({ url, folder, checksum }) {
  const archive = await downloadArchive({ url, folder });
  const found = await sha256Of(archive);
  if (found !== checksum) {
    throw new SetUpError(`The media worker from ${url} has an unexpected checksum.`, {
      advice:
        `Its SHA-256 is ${found},\nbut should be ${checksum}.\n` +
        'It was not unpacked. Either it was changed in transit, or the expected checksum is wrong; check\n' +
        `${CHECKSUM_SETTING} and ${CHECKSUM_FILE}.\n` +
        'To compile the worker instead: MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL=http://127.0.0.1:9 npm start',
    });
  }
  await run('tar', ['-xzf', archive, '-C', folder, 'mediasoup-worker']);
  const program = join(folder, 'mediasoup-worker');
  await chmod(program, 0o755);
  return program;
}
