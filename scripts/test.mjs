// `npm test [-- vitest's arguments]`: does what is missing of the set-up, and runs all tests in a real browser and,
// where the machine has them or can install them, with FFmpeg, in Firefox, and on a real PostgreSQL.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain, SetUpError } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';
import { findBrowser } from './test/browser.mjs';
import { countTests, formatCount } from './test/count.mjs';
import { asEnvironment, FFMPEG, findOptional, FIREFOX } from './test/optional-programs.mjs';
import { findPostgres } from './test/postgres-programs.mjs';
import { PostgresServer } from './test/postgres-server.mjs';

/**
 * @param {string} node
 * @param {Record<string, string | undefined>} env
 */
async function runTests(node, env) {
  const folder = await mkdtemp(join(tmpdir(), 'onair-test-'));
  try {
    const reportFile = join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];
    const report = ['--reporter=json', `--outputFile.json=${reportFile}`];
    const args = [...vitest, ...report, ...process.argv.slice(2)];
    const exitCode = await runInForeground(node, args, toolEnv(env));
    const text = await readFile(reportFile, 'utf8').catch(() => 'null');
    return { exitCode, count: countTests(JSON.parse(text), exitCode) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {Error} error */
function describe(error) {
  return error instanceof SetUpError ? error.describe() : error.message;
}

await runMain(async () => {
  /** @typedef {Record<string, string> | null} Programs */
  /** @type {{ browser: string, ffmpeg: Programs, firefox: Programs, postgres: PostgresServer | null }} */
  const found = { browser: '', ffmpeg: null, firefox: null, postgres: null };
  const { node, worker } = await setUp({
    more: [
      {
        name: 'Browser',
        run: async (report) => {
          found.browser = await findBrowser(report);
        },
      },
      {
        name: 'FFmpeg',
        run: async (report) => {
          found.ffmpeg = await findOptional(FFMPEG, report);
        },
      },
      {
        name: 'Firefox',
        run: async (report) => {
          found.firefox = await findOptional(FIREFOX, report);
        },
      },
      {
        name: 'PostgreSQL',
        run: async (report) => {
          if (process.env.TEST_DATABASE_URL) return;
          const programs = await findPostgres(report);
          if (!programs) return;
          found.postgres = await PostgresServer.start(programs).catch((error) => {
            report.begin(`it can't be started, so its tests are left out. ${describe(error)}`);
            return null;
          });
        },
      },
    ],
  });
  try {
    const databaseUrl = found.postgres?.url ?? process.env.TEST_DATABASE_URL;
    const { exitCode, count } = await runTests(node, {
      MEDIASOUP_WORKER_BIN: worker,
      CHROMIUM_BIN: found.browser,
      ...asEnvironment(FFMPEG, found.ffmpeg),
      ...asEnvironment(FIREFOX, found.firefox),
      TEST_DATABASE_URL: databaseUrl,
    });
    if (!found.ffmpeg) console.log(`Not tested: ${FFMPEG.what}, as said above.`);
    if (!found.firefox) console.log(`Not tested: ${FIREFOX.what}, as said above.`);
    if (!databaseUrl) console.log('Not tested: PostgreSQL, as said above.');
    if (count.passed + count.failed === 0) console.log('No test ran, which counts as a failure.');
    console.log(formatCount(count));
    return exitCode !== 0 || count.failed > 0 || count.passed === 0 ? 1 : 0;
  } finally {
    await found.postgres?.close();
  }
});
