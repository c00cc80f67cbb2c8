import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { run, tryRun } from './run.mjs';

const node = (/** @type {string} */ code) => ['-e', code];

test('output is stored, and its lines are reported as they arrive', async () => {
  /** @type {string[]} */
  const lines = [];
  const code = 'console.log("one"); console.error("two"); process.exitCode = 3';
  const result = await tryRun(process.execPath, node(code), { onLine: (line) => lines.push(line) });
  expect(result).toMatchObject({ code: 3, timedOut: false });
  expect(lines.toSorted()).toEqual(['one', 'two']);
  expect(result.output).toContain('one\n');
});

test('a failed program is reported with its output and the advice', async () => {
  const failing = run(process.execPath, node('console.log("why"); process.exit(2)'), {
    advice: 'Do that.',
  });
  await expect(failing).rejects.toMatchObject({
    message: expect.stringContaining('failed (exit code 2)'),
    output: 'why\n',
    advice: 'Do that.',
  });
});

test('a missing program is reported by name', async () => {
  await expect(run('onair-no-such-program', ['x'])).rejects.toThrow(
    'Could not start "onair-no-such-program x"',
  );
});

test('a program that does not end is killed after the timeout', async () => {
  const code = 'setInterval(() => {}, 1000)';
  expect(await tryRun(process.execPath, node(code), { timeoutMs: 200 })).toMatchObject({
    timedOut: true,
    signal: 'SIGKILL',
  });
});

test('a signal also ends the programs that are running', async () => {
  const module = JSON.stringify(new URL('./run.mjs', import.meta.url).href);
  const endless = 'console.log(process.pid); setInterval(() => {}, 1000)';
  const script = `import { tryRun } from ${module};
    await tryRun(process.execPath, ['-e', ${JSON.stringify(endless)}], { onLine: console.log });`;
  const outer = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(outer.stdout, 'data');
  outer.kill('SIGTERM');
  expect(await once(outer, 'exit')).toEqual([143, null]);
  await vi.waitFor(() => expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH'));
});
