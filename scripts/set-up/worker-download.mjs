import { createWriteStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './run.mjs';

/** A closed network should cost seconds, not minutes. */
const ANSWER_TIMEOUT_MS = 8_000;
/** The archive has about 5 MB. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

/**
 * Where mediasoup's own install step finds its prebuilt worker (its npm-scripts.mjs, which this follows).
 * @param {{ version: string, repository: string, platform?: string, arch?: string,
 *   kernel?: string, baseUrl?: string | undefined }} options repository: the repository.url of
 *   mediasoup's package.json; kernel: as os.release() tells it
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
  return `${base}/${version}/mediasoup-worker-${version}-${platform}-${arch}${suffix}.tgz`;
}

/**
 * Downloads the prebuilt worker.
 * @param {{ url: string, folder: string }} options
 * @returns {Promise<string>} path of the program, in the folder
 * @throws {Error} in a few seconds where the network is closed; the message says what happened
 */
export async function downloadWorker({ url, folder }) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), ANSWER_TIMEOUT_MS);
  const archive = join(folder, 'mediasoup-worker.tgz');
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), DOWNLOAD_TIMEOUT_MS);
    if (!response.ok || !response.body) throw new Error(`the answer was ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
  } catch (error) {
    // fetch says no more than "fetch failed"; its cause knows why
    throw abort.signal.aborted ? new Error('no answer in time') : (error.cause ?? error);
  } finally {
    clearTimeout(timer);
  }
  await run('tar', ['-xzf', archive, '-C', folder, 'mediasoup-worker']);
  const program = join(folder, 'mediasoup-worker');
  await chmod(program, 0o755);
  return program;
}
