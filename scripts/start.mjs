// `npm start`: completes the setup, then runs the server.
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { allocatorSettings, SERVER_FLAGS } from './set-up/server-flags.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';

await runMain(async () => {
  const { node, worker } = await setUp();
  const args = [...SERVER_FLAGS, 'dist/bundle/main.js', ...process.argv.slice(2)];
  // The operator's own settings take precedence.
  const env = { ...allocatorSettings(), ...toolEnv({ MEDIASOUP_WORKER_BIN: worker }) };
  return runInForeground(node, args, env);
});
