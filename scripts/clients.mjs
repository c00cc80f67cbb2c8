// `npm run clients [-- names …]`: publishes to and plays from a real Onair with programs that other people wrote.
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';
import { findBrowser } from './test/browser.mjs';
import { asEnvironment, FFMPEG, findOptional, FIREFOX } from './test/optional-programs.mjs';

await runMain(async () => {
  /** @typedef {Record<string, string> | null} Programs */
  /** @type {{ browser: string, ffmpeg: Programs, firefox: Programs }} */
  const found = { browser: '', ffmpeg: null, firefox: null };
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
    ],
  });
  return runInForeground(
    node,
    ['test/clients/run.ts', ...process.argv.slice(2)],
    toolEnv({
      MEDIASOUP_WORKER_BIN: worker,
      CHROMIUM_BIN: found.browser,
      ...asEnvironment(FFMPEG, found.ffmpeg),
      ...asEnvironment(FIREFOX, found.firefox),
    }),
  );
});
