// Runs as a separate process: the built service, which runs until the parent exits and reports its
// resource use.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const dist = new URL('../dist/', import.meta.url);
const load = (path: string) => import(new URL(path, dist).href);

const { startApp }: typeof import('../src/app.js') = await load('app.js');
const { readConfig }: typeof import('../src/config/read-config.js') =
  await load('config/read-config.js');

const { app } = await startApp(
  readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: process.env.BENCH_DATA_DIR ?? ':memory:',
    RTC_PORT: '0',
    RTC_WORKERS: '1',
    // All load comes from one address.
    ADDRESS_LIMIT_FACTOR: '10000',
    LOG_LEVEL: 'error',
    MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
  }),
);

process.on('disconnect', () => process.exit());
process.on('message', (question: { name: 'cpu' | 'memory' }) => {
  if (question.name === 'memory') for (let i = 0; i < 4; i += 1) collectGarbage();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, rss, heapUsed, external });
});
process.send?.({ url: await app.getUrl() });
