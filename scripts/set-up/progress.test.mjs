import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { formatDuration, runSteps } from './progress.mjs';
import { SetUpError } from './set-up-error.mjs';

/** Records the output as text. */
function record() {
  let text = '';
  const out = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  return { out, text: () => text.replaceAll(/\d+\.\d s/g, '0.1 s') };
}

const upToDate = { name: 'Quiet', run: async () => undefined };

test('steps without work are not mentioned', async () => {
  const { out, text } = record();
  await runSteps([upToDate, upToDate], out);
  expect(text()).toBe('Setup: all up to date (0.1 s)\n');
});

test('a step with work reports each thing that it begins, and when it is done', async () => {
  const { out, text } = record();
  const step = {
    name: 'Worker',
    run: async (report) => {
      report.begin('downloading');
      report.begin('compiling');
    },
  };
  await runSteps([upToDate, step], out);
  expect(text()).toBe(
    '[2/2] Worker: downloading\n[2/2] Worker: compiling\n[2/2] Worker: done (0.1 s)\n' +
      'Setup: done in 0.1 s\n',
  );
});

test('a failed step ends the setup and is named', async () => {
  const { out, text } = record();
  const error = new SetUpError('No compiler.', { advice: 'Get one.', output: 'g++: not found\n' });
  const steps = [{ name: 'Worker', run: () => Promise.reject(error) }, upToDate];
  await expect(runSteps(steps, out)).rejects.toBe(error);
  expect(text()).toBe('[1/2] Worker: failed\n');
  expect(error.describe()).toBe('g++: not found\n\nNo compiler.\n\nGet one.');
});

test.each([
  [0, '0.0 s'],
  [9_940, '9.9 s'],
  [12_400, '12 s'],
  [59_600, '1 min 0 s'],
  [185_000, '3 min 5 s'],
])('%d ms is formatted as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
