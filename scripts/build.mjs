// `npm run build`: builds the server and the web pages, without the media worker.
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';

await runMain(async () => {
  await setUp({ purpose: 'build' });
  return 0;
});
