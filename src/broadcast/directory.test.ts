import { expect, it } from 'vitest';
import { SOLO_BUS } from '../cluster/bus.js';
import { SoloCluster } from '../cluster/solo-cluster.js';
import type { Config } from '../config/config.js';
import type { Log } from '../common/logger.js';
import type { BroadcastView } from '../protocol/broadcast.js';
import { BROADCASTS_TOPIC, BroadcastDirectory } from './directory.js';
import type { RunningBroadcast, RunningRepository } from './running.repository.js';

const CHANNEL = { channelId: '1', channel: 'ann' };
const NOON_MS = Date.UTC(2026, 10, 29, 12);

/** A directory whose database, messages and clock the test controls. */
async function open() {
  let nowMs = NOON_MS;
  const rows: RunningBroadcast[] = [];
  let hear: (message: unknown) => void = () => undefined;
  const bus = {
    ...SOLO_BUS,
    on: (topic: string, listener: (message: unknown) => void) => {
      if (topic === BROADCASTS_TOPIC) hear = listener;
      return () => undefined;
    },
  };
  // These are only the parts that a directory uses.
  const repository = { all: async () => rows.slice() } as unknown as RunningRepository;
  const config = { node: { url: 'http://node' }, broadcast: { graceMs: 60_000 } } as Config;
  const log = { warn: () => undefined } as unknown as Log;
  const cluster = new SoloCluster('this');
  const clock = { nowMs: () => nowMs };
  const directory = new BroadcastDirectory(repository, cluster, bus, config, clock, log);
  await directory.onApplicationBootstrap();
  return {
    directory,
    rows,
    announce: (message: object) => hear(message),
    pass: (ms: number) => (nowMs += ms),
  };
}

const row = (id: string, nodeId: string, startedAtMs: number): RunningBroadcast => ({
  ...CHANNEL,
  id,
  nodeId,
  epoch: 1,
  hasOwner: true,
  channelTitle: '',
  title: '',
  visibility: 'public',
  state: 'live',
  source: 'whip',
  startedAt: new Date(startedAtMs),
  lastSeenAt: new Date(startedAtMs),
  peakViewers: 0,
});

const view = (id: string, startedAtMs: number): BroadcastView => ({
  id,
  channel: CHANNEL.channel,
  title: '',
  visibility: 'public',
  state: 'live',
  source: 'whip',
  startedAt: new Date(startedAtMs).toISOString(),
  interruptedUntil: null,
  endedAt: null,
  endReason: null,
  peakViewers: 0,
  hls: 'ready',
  webrtc: 'ready',
});

it('shows a channel’s next broadcast, even if the clock of its node is behind', async () => {
  const { directory, rows, announce, pass } = await open();
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  announce({
    nodeId: 'one',
    epoch: 1,
    channelId: CHANNEL.channelId,
    view: view(first, NOON_MS + 2_000),
    thumbnailPath: null,
    uplinkMs: null,
  });
  expect(directory.find(CHANNEL.channelId)).toMatchObject({ id: first, nodeId: 'one' });
  // The message about the end of the first broadcast is lost.
  pass(1_000);
  rows.push(row(second, 'two', NOON_MS + 500));
  await directory.refresh();
  expect(directory.find(CHANNEL.channelId)).toMatchObject({ id: second, nodeId: 'two' });
  directory.beforeApplicationShutdown();
});
