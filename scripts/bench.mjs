// `npm run bench [-- arguments]`: does what is missing of the set-up, then runs the benchmarks.
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';
import { findBrowser } from './test/browser.mjs';
import { asEnvironment, FFMPEG, findOptional, NGINX, WRK } from './test/optional-programs.mjs';

await runMain(async () => {
  /** @typedef {Record<string, string> | null} Programs */
  /** @type {{ browser: string, ffmpeg: Programs, nginx: Programs, wrk: Programs }} */
  const found = { browser: '', ffmpeg: null, nginx: null, wrk: null };
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
        name: 'nginx',
        run: async (report) => {
          found.nginx = await findOptional(NGINX, report);
        },
      },
      {
        name: 'wrk',
        run: async (report) => {
          found.wrk = await findOptional(WRK, report);
        },
      },
    ],
  });
  return runInForeground(
    node,
    ['bench/run.ts', ...process.argv.slice(2)],
    toolEnv({
      MEDIASOUP_WORKER_BIN: worker,
      CHROMIUM_BIN: found.browser,
      ...asEnvironment(FFMPEG, found.ffmpeg),
      ...asEnvironment(NGINX, found.nginx),
      ...asEnvironment(WRK, found.wrk),
    }),
  );
});
