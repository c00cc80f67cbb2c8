import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Uses up its file descriptors, then starts a process, and reports what happens. */
const SCRIPT = `
import { openSync } from 'node:fs';
const { MessageProcess } = await import(process.argv[1]);
const said = [];
const log = { child: () => log, error: (_, message) => said.push(message) };
const options = { limits: { memoryMiB: null, cpuSeconds: null, openFiles: 64 }, name: 'test', log };
const command = { program: 'true', args: [] };
const isFull = () => {
  try {
    return openSync('/dev/null') < 0;
  } catch {
    return true;
  }
};
while (!isFull());
try {
  new MessageProcess({ ...options, command });
} catch (error) {
  said.push(error.message);
}
setImmediate(() => process.stderr.write(JSON.stringify(said)));
`;

it('reports that no file descriptors are left, and doesn’t end this process', () => {
  const script = `ulimit -n 64; exec "$0" --import "$1" --input-type=module -e "$2" "$3" 2>&1`;
  const args = [pathOf('../../test/support/resolve-ts.mjs'), SCRIPT, pathOf('message-process.ts')];
  const written = execFileSync('/bin/sh', ['-c', script, process.execPath, ...args]);
  expect(JSON.parse(written.toString())).toEqual([
    'no file descriptors are left',
    'the test can’t be started',
  ]);
});
