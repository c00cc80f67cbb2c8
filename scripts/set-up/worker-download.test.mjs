import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './paths.mjs';
import { SetUpError } from './set-up-error.mjs';
import { CHECKSUM_FILE, expectedChecksum, readChecksums } from './worker-checksums.mjs';
import { downloadWorker, prebuiltUrl } from './worker-download.mjs';

test('the URL is where mediasoup 3.27.1 itself looks for the worker', async () => {
  const manifest = join(root, 'node_modules/mediasoup/package.json');
  const { repository } = JSON.parse(await readFile(manifest, 'utf8'));
  const machine = { platform: 'linux', arch: 'x64', kernel: '6.1.0-13-amd64', baseUrl: undefined };
  expect(prebuiltUrl({ version: '3.27.1', repository: repository.url, ...machine })).toBe(
    'https://github.com/versatica/mediasoup/releases/download/3.27.1/mediasoup-worker-3.27.1-linux-x64-kernel6.tgz',
  );
});

test('only Linux archives are named after a kernel version, and the base URL can be changed', () => {
  const machine = {
    platform: 'darwin',
    arch: 'arm64',
    kernel: '23.1.0',
    baseUrl: 'https://mirror/m',
  };
  expect(prebuiltUrl({ version: '3.27.1', repository: '', ...machine })).toBe(
    'https://mirror/m/3.27.1/mediasoup-worker-3.27.1-darwin-arm64.tgz',
  );
});

test.each(['http://mirror.example/m', 'http://127.0.0.1.example/', 'ftp://mirror/', 'mirror'])(
  'nothing is downloaded from %s, where the content could be replaced',
  (baseUrl) => {
    expect(() => prebuiltUrl({ version: '3.27.1', repository: '', baseUrl })).toThrow(
      expect.objectContaining({ advice: expect.stringContaining('https://') }),
    );
  },
);

test.each(['http://127.0.0.1:9', 'http://[::1]/m', 'http://localhost:8000'])(
  'loopback needs no TLS: %s',
  (baseUrl) => {
    expect(prebuiltUrl({ version: '3.27.1', repository: '', baseUrl })).toContain(baseUrl);
  },
);

let folder = '';
/** @type {Buffer | null} the server's response; null for 404 */
let archive = null;
const server = createServer((_request, response) => {
  response.writeHead(archive ? 200 : 404).end(archive);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-download-'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
const download = (checksum = sha256(archive)) => {
  const address = server.address();
  const url = `http://127.0.0.1:${address.port}/worker.tgz`;
  return downloadWorker({ url, folder, checksum });
};
const sha256 = (bytes) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

/** Makes an archive like mediasoup's, with a program that prints this text. */
async function pack(text) {
  const program = join(folder, 'mediasoup-worker');
  await writeFile(program, `#!/bin/sh\necho ${text}\n`);
  archive = execFileSync('tar', ['-C', folder, '-cz', 'mediasoup-worker']);
  await rm(program);
}

test('a download is unpacked and can be run', async () => {
  await pack('I work');
  expect(execFileSync(await download(), { encoding: 'utf8' })).toBe('I work\n');
});

test('an archive with an unexpected checksum ends the setup, and is not unpacked', async () => {
  await pack('I am expected');
  const expected = sha256(archive);
  await pack('I am not');
  const error = await download(expected).catch((caught) => caught);
  expect(error).toBeInstanceOf(SetUpError);
  expect(error.describe()).toContain(expected);
  expect(error.describe()).toContain(sha256(archive));
  expect(await readdir(folder)).toEqual(['worker.tgz']);
});

test('a file that is not an archive is rejected', async () => {
  archive = Buffer.from('<html>Please log in to this network</html>');
  await expect(download()).rejects.toThrow('tar');
  await expect(download('0'.repeat(64))).rejects.toThrow(SetUpError);
});

test('a failed download reports the response, and does not end the setup', async () => {
  archive = null;
  const error = await download().catch((caught) => caught);
  expect(error.message).toContain('404');
  expect(error).not.toBeInstanceOf(SetUpError);
});

test('the setting takes precedence over the pinned checksum; without either, nothing is downloaded', async () => {
  const file = join(folder, 'pinned');
  const [pinned, given] = [sha256('pinned'), sha256('given')];
  await writeFile(file, `# a comment\n${pinned}  one.tgz\n`);
  const expected = (name, setting) => expectedChecksum(name, { file, setting });
  expect(await expected('one.tgz', '')).toBe(pinned);
  expect(await expected('one.tgz', given.toUpperCase())).toBe(given);
  expect(await expected('other.tgz', '')).toBeNull();
  await expect(expected('one.tgz', 'abc')).rejects.toThrow('is not a SHA-256');
  await writeFile(file, `${pinned} one.tgz\n`);
  await expect(expected('one.tgz', '')).rejects.toThrow('not a checksum');
});

test('the checksums of this repository can be parsed', async () => {
  const pinned = readChecksums(await readFile(CHECKSUM_FILE, 'utf8'));
  for (const name of pinned.keys()) expect(name).toMatch(/^mediasoup-worker-[\w.-]+\.tgz$/);
});
