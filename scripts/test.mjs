// `npm test [-- [--repeat-failed] vitest's arguments]`: completes the setup, then runs all tests
// with a real browser and, if they are installed or can be installed, FFmpeg, Firefox, PostgreSQL,
// and other programs. With --repeat-failed, files that failed are run once more, one after the
// other.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { countTests, failedFiles, formatCount, withRepeated } from './test/count.mjs';
import {
  FAKETIME,
  FFMPEG,
  FIREFOX,
  GSTREAMER,
  HAPROXY,
  IPROUTE,
  LIBSRT,
  NGINX,
  NGINX_RTMP,
  REDIS,
} from './test/optional-programs.mjs';
import { OptionalPostgres } from './test/optional-postgres.mjs';
import { setUpWithPrograms } from './test/set-up.mjs';

/** If more files than this fail, a busy machine isn't the cause, and none of them is run again. */
const REPEATED_MAX = 3;

/**
 * @param {string[]} args vitest's arguments
 * @param {{ node: string, env: Record<string, string | undefined> }} programs
 */
async function runVitest(args, { node, env }) {
  const folder = await mkdtemp(join(tmpdir(), 'onair-test-'));
  try {
    const reportFile = join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];
    const report = ['--reporter=json', `--outputFile.json=${reportFile}`];
    const exitCode = await runInForeground(node, [...vitest, ...report, ...args], toolEnv(env));
    const text = await readFile(reportFile, 'utf8').catch(() => 'null');
    return { exitCode, report: JSON.parse(text) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {{ node: string, env: Record<string, string | undefined> }} programs */
async function runTests(programs) {
  const args = process.argv.slice(2).filter((arg) => arg !== '--repeat-failed');
  const first = await runVitest(args, programs);
  const failed = failedFiles(first.report);
  const isRepeated =
    process.argv.includes('--repeat-failed') && failed.length > 0 && failed.length <= REPEATED_MAX;
  if (!isRepeated) return { ...first, count: countTests(first.report, first.exitCode) };
  console.log(`Repeating the failed files, one at a time: ${failed.join(' ')}`);
  const second = await runVitest(['--no-file-parallelism', ...failed], programs);
  if (second.exitCode === 0)
    console.log(
      `Unstable: ${failed.join(' ')} failed above, but passed alone. Find the cause, because a test that fails at times is a defect.`,
    );
  const report = withRepeated(first.report, second.report);
  return { exitCode: second.exitCode, count: countTests(report, second.exitCode) };
}

await runMain(async () => {
  const postgres = new OptionalPostgres();
  const { node, env, missing } = await setUpWithPrograms({
    wanted: [
      FFMPEG,
      FIREFOX,
      GSTREAMER,
      LIBSRT,
      REDIS,
      HAPROXY,
      NGINX,
      NGINX_RTMP,
      IPROUTE,
      FAKETIME,
    ],
    more: [postgres.step],
  });
  try {
    const databaseUrl = postgres.url;
    const { exitCode, count } = await runTests({
      node,
      env: { ...env, TEST_DATABASE_URL: databaseUrl, POSTGRES_BIN_DIR: postgres.programs },
    });
    for (const { what } of missing) console.log(`Not tested: ${what}, as explained above.`);
    if (!databaseUrl) console.log('Not tested: PostgreSQL, as explained above.');
    if (count.passed + count.failed === 0) console.log('No test ran, which counts as a failure.');
    console.log(formatCount(count));
    return exitCode !== 0 || count.failed > 0 || count.passed === 0 ? 1 : 0;
  } finally {
    await postgres.close();
  }
});
