import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { theCore } from './one-core.js';
import { CannotRun } from './row.js';

const run = promisify(execFile);

const CONNECTIONS = 32;
const SECONDS = 1;

const Result = z.object({ requests: z.number().positive(), failed: z.literal(0) });

/**
 * Requests these URLs of one server in turn, over persistent connections, as fast as possible, on
 * {@link theCore}. Resolves with the number of responses; rejects if a request failed.
 *
 * @throws {CannotRun} without wrk
 */
export async function requestInTurn(urls: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'onair-wrk-'));
  try {
    const script = join(folder, 'requests.lua');
    await writeFile(script, scriptFor(urls.map((url) => new URL(url).pathname)));
    const settings = ['-t', '1', '-c', `${CONNECTIONS}`, '-d', `${SECONDS}s`, '-s', script];
    const { origin } = new URL(urls[0] ?? '');
    const command = ['-c', await theCore(), wrkProgram(), ...settings, origin];
    const { stdout } = await run('taskset', command);
    return Result.parse(JSON.parse(stdout.slice(stdout.indexOf('{')))).requests;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws {CannotRun} */
export function wrkProgram(): string {
  const program = process.env.WRK_BIN ?? 'wrk';
  if (program === '') throw new CannotRun('wrk is not installed.');
  return program;
}

function scriptFor(paths: readonly string[]): string {
  return `
local requests, turn = {}, 0
function init()
  for _, path in ipairs({ ${paths.map((path) => JSON.stringify(path)).join(', ')} }) do
    requests[#requests + 1] = wrk.format("GET", path, { ["Accept-Encoding"] = "gzip" })
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
function done(summary)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format('{"requests": %d, "failed": %d}', summary.requests, failed))
end
`;
}
