// Runs as a separate process: the server of chat-server.ts without the parts that the arguments
// name: `packaging`, `statistics`.
const dist = new URL('../dist/', import.meta.url);
const load = (path: string) => import(new URL(path, dist).href);

const { Packager }: typeof import('../src/hls/packager.js') = await load('hls/packager.js');
const { BroadcastSampler }: typeof import('../src/statistics/broadcast-sampler.js') = await load(
  'statistics/broadcast-sampler.js',
);

const off = new Set(process.argv.slice(2));

if (off.has('packaging')) {
  // A packager without a tap gets no packets from the worker.
  Packager.prototype.take = () => undefined;
}
if (off.has('statistics')) BroadcastSampler.prototype.countViewers = () => undefined;

await import(new URL('chat-server.ts', import.meta.url).href);
