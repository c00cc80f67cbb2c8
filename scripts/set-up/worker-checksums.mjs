import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { root } from './paths.mjs';
import { SetUpError } from './set-up-error.mjs';

/** The checksums that this repository pins. */
export const CHECKSUM_FILE = join(root, 'third_party/mediasoup-worker/prebuilt.sha256');
/**
 * The setting for the checksum of this machine's archive, which takes precedence over the pinned
 * one.
 */
export const CHECKSUM_SETTING = 'MEDIASOUP_WORKER_PREBUILT_SHA256';

const SHA256 = /^[\da-f]{64}$/;
const LINE = /^([\da-f]{64})  (\S+)$/;

/**
 * Returns the expected SHA-256 of a prebuilt worker's archive.
 * @param {string} name of the archive
 * @param {{ file?: string, setting?: string | undefined }} [options]
 * @returns {Promise<string | null>} lower-case hex; null if it is unknown and the archive
 * can't be trusted
 * @throws {SetUpError} for an invalid setting or file
 */
export async function expectedChecksum(
  name,
  { file = CHECKSUM_FILE, setting = process.env[CHECKSUM_SETTING] } = {},
) {
  if (setting) {
    const given = setting.trim().toLowerCase();
    if (SHA256.test(given)) return given;
    throw new SetUpError(`${CHECKSUM_SETTING} is not a SHA-256.`, {
      advice: 'Give the 64 hexadecimal digits that sha256sum prints for the archive.',
    });
  }
  return readChecksums(await readFile(file, 'utf8')).get(name) ?? null;
}

/**
 * @param {string} text the output of sha256sum, with comment lines that start with #
 * @returns {Map<string, string>} checksums by name
 */
export function readChecksums(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, checksum, name] = LINE.exec(line) ?? [];
      if (checksum === undefined || name === undefined)
        throw new SetUpError(`This line is not a checksum: ${line}`, { advice: CHECKSUM_FILE });
      return [name, checksum];
    }),
  );
}

/**
 * @param {string} path of a file
 * @returns {Promise<string>} its SHA-256, lower-case hex
 */
export async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
