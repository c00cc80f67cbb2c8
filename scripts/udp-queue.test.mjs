import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inPath, firstProgram } from './test/program.mjs';
import { root } from './set-up/paths.mjs';

/** The exit code of a case that can't run on this machine (native/test/cases.h). */
const SKIPPED = 77;

const CHECKED = [
  '-std=gnu11',
  '-O1',
  '-g',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-Wall',
  '-Wextra',
  '-Wconversion',
  '-Wshadow',
  '-Werror',
];
/** Functions that the tests replace with their own. */
const WATCHED = ['sendmsg', 'sendto', 'sendmmsg', 'getsockopt', 'clock_gettime'];
const HOOKED = ['uv_run', 'uv_udp_try_send', 'uv_close'];
const SEEMING = ['uv_udp_get_send_queue_size', 'uv_udp_get_send_queue_count'];

const QUEUE = ['native/udp-queue/udp-queue.c', 'native/udp-queue/refusals.c'];
const SUPPORT = ['native/test/faults.c', 'native/test/receiver.c'];
const PROGRAMS = [
  ...['udp-queue', 'udp-refusals'].map((program) => ({
    name: `queue of outgoing datagrams, by ${program}-test.c`,
    sources: [`native/test/${program}-test.c`, 'native/test/queue-setting.c', ...SUPPORT, ...QUEUE],
    wrapped: WATCHED,
    header: 'sys/socket.h',
    libraries: [],
  })),
  {
    name: 'queue behind libuv',
    sources: ['native/test/uv-hooks-test.c', ...SUPPORT, ...QUEUE, 'native/udp-queue/uv-hooks.c'],
    wrapped: [...WATCHED, ...HOOKED, ...SEEMING],
    header: 'uv.h',
    libraries: ['-luv', '-lpthread'],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'onair-udp-queue-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compiler = process.platform === 'linux' ? await firstProgram(inPath(['cc', 'gcc'])) : null;

/** Whether this machine has the header, and the libraries of the sanitizers. */
function canCompile(/** @type {string} */ header) {
  if (compiler === null) return false;
  const args = [...CHECKED, '-x', 'c', '-o', join(folder, 'tried'), '-'];
  const input = `#include <${header}>\nint main(void) { return 0; }\n`;
  return spawnSync(compiler, args, { input }).status === 0;
}

/** @returns {string[]} the names of the cases */
function compile(/** @type {(typeof PROGRAMS)[number]} */ program, /** @type {string} */ path) {
  const { sources, wrapped, libraries } = program;
  const wrap = wrapped.map((name) => `-Wl,--wrap=${name}`);
  const args = [...CHECKED, '-o', path, ...sources, ...wrap, ...libraries];
  execFileSync(compiler ?? '', args, { cwd: root, encoding: 'utf8' });
  return execFileSync(path, ['--list'], { encoding: 'utf8' }).trimEnd().split('\n');
}

for (const [index, program] of PROGRAMS.entries()) {
  const isPossible = canCompile(program.header);
  const path = join(folder, `test-${index}`);
  const cases = isPossible ? compile(program, path) : [];
  // A machine that can't compile these didn't compile its worker either; that was downloaded or
  // provided.
  describe.skipIf(!isPossible)(`the ${program.name}`, () => {
    test('has cases', () => expect(cases.length).toBeGreaterThan(5));
    test.for(cases)('%s', (name, { skip }) => {
      const { status, stderr } = spawnSync(path, [name], { encoding: 'utf8', timeout: 120_000 });
      if (status === SKIPPED) skip('this machine does not allow it');
      expect(stderr).toBe('');
      expect(status).toBe(0);
    });
  });
}
