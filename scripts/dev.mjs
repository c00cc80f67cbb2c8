// `npm run dev`: compiles and restarts the server on every change, and serves the web pages from
// Vite, which forwards requests to the server.
import { spawn } from 'node:child_process';
import { root } from './set-up/paths.mjs';
import { toolEnv } from './set-up/run.mjs';
import { SERVER_FLAGS } from './set-up/server-flags.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';

const DEV_FLAGS = ['--enable-source-maps', '--watch', '--watch-preserve-output'];

await runMain(async () => {
  const { node, worker } = await setUp();
  const env = toolEnv({
    MEDIASOUP_WORKER_BIN: worker,
    API_URL: process.env.API_URL ?? `http://127.0.0.1:${process.env.PORT ?? 8080}`,
  });
  const start = (/** @type {string} */ command, /** @type {string[]} */ args) =>
    spawn(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const children = [
    start('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput']),
    start(node, [...SERVER_FLAGS, ...DEV_FLAGS, 'dist/main.js']),
    start('vite', []),
  ];
  const stop = () => children.forEach((child) => child.kill('SIGTERM'));
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // When one process ends, the others are stopped.
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => {
          child.once('close', resolve);
          child.once('close', stop);
        }),
    ),
  );
  return 0;
});
