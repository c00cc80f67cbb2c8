import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetUpError } from './set-up-error.mjs';

/**
 * @typedef {object} Patch
 * @property {string} file within the worker's source folder
 * @property {string} find the text to replace, which must occur exactly once
 * @property {string} replace
 */

/**
 * Changes to mediasoup's worker that a build on Debian needs;
 * third_party/mediasoup-worker/README.md gives the reasons.
 * @type {Patch[]}
 */
export const PATCHES = [
  {
    file: 'meson.build',
    find: "meson_version: '>= 1.1.0'",
    replace: "meson_version: '>= 1.0.0'",
  },
  {
    file: 'src/RTC/DtlsTransport.cpp',
    find: '(operationType == BIO_CB_RETURN)',
    replace: '((operationType & BIO_CB_RETURN) != 0)',
  },
];

/**
 * @param {string} text
 * @param {Patch} patch
 * @returns {string} the changed text
 * @throws {SetUpError} if the text to change doesn't occur exactly once, because an unchanged
 * worker would build but crash later
 */
export function applyPatch(text, { file, find, replace }) {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new SetUpError(
      `mediasoup's worker/${file} contains "${find}" ${parts.length - 1} times instead of once.`,
      {
        advice:
          "mediasoup was updated, and Onair's patch for its worker doesn't apply to this version: see\n" +
          'third_party/mediasoup-worker/README.md and the patches in scripts/set-up/worker-source.mjs.',
      },
    );
  }
  return parts.join(replace);
}

/**
 * Prepares a source folder of the worker that builds with Debian's libraries and without a
 * download.
 * @param {{ from: string, subprojects: string, udpQueue: string, srtp: string | null, to: string }}
 * folders mediasoup's worker folder, our descriptions of its dependencies, our own code, the source
 * of libsrtp 2 or null to use the system's library, and the folder to create
 */
export async function prepareSource({ from, subprojects, udpQueue, srtp, to }) {
  await cp(from, to, { recursive: true });
  const target = join(to, 'subprojects');
  const downloads = (await readdir(target)).filter(
    (name) => name.endsWith('.wrap') || name === 'packagefiles',
  );
  await Promise.all(downloads.map((name) => rm(join(target, name), { recursive: true })));
  await cp(subprojects, target, { recursive: true });
  await cp(udpQueue, join(target, 'udp-queue'), { recursive: true });
  if (srtp !== null) await cp(srtp, join(target, 'libsrtp2'), { recursive: true });
  for (const patch of PATCHES) {
    const path = join(to, patch.file);
    await writeFile(path, applyPatch(await readFile(path, 'utf8'), patch));
  }
}
