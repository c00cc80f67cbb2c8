import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine, load } from './machine.js';
import { CannotRun, type Row } from './row.js';
import { formatTable, isWithinLimit } from './table.js';

const USAGE = 'npm run bench [-- [name …] [--json FILE]]';

/** The benchmarks by name, in the order in which they run. */
const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  forwarding: async () => (await import('./forwarding.js')).benchForwarding(),
  'forwarding-worker': async () => (await import('./forwarding-worker.js')).benchForwardingWorker(),
  'forwarding-layers': async () => (await import('./forwarding-layers.js')).benchForwardingLayers(),
  'key-frame-wait': async () => (await import('./key-frame-wait.js')).benchKeyFrameWait(),
  chat: async () => (await import('./chat.js')).benchChat(),
  'chat-load': async () => (await import('./chat-delivery.js')).benchChatDelivery(),
  'first-frame': async () => (await import('./first-frame.js')).benchFirstFrame(),
  capacity: async () => (await import('./capacity.js')).benchCapacity(),
  'whep-load': async () => (await import('./whep-load.js')).benchWhepLoad(),
  'whip-start': async () => (await import('./whip-start.js')).benchWhipStart(),
  cluster: async () => (await import('./cluster-media.js')).benchClusterMedia(),
  'cluster-chat': async () => (await import('./cluster-chat.js')).benchClusterChat(),
  'cluster-faults': async () => (await import('./cluster-faults.js')).benchClusterFaults(),
  rtmp: async () => (await import('./rtmp.js')).benchRtmp(),
  sockets: async () => (await import('./sockets.js')).benchIdleSockets(),
  'main-process': async () => (await import('./main-process.js')).benchMainProcess(),
  'idle-again': async () => (await import('./idle-again.js')).benchIdleAgain(),
  presence: async () => (await import('./presence.js')).benchPresence(),
  'hls-packaging': async () => (await import('./hls-packaging.js')).benchPackaging(),
  'hls-packaging-many': async () => (await import('./hls-packaging.js')).benchPackagingMany(),
  recording: async () => (await import('./recording.js')).benchRecording(),
  'recording-playlists': async () =>
    (await import('./recording-playlists.js')).benchRecordingPlaylists(),
  'hls-requests': async () => (await import('./hls-requests.js')).benchRequests(),
  'hls-waiting': async () => (await import('./hls-waiting.js')).benchWaiting(),
  'hls-part-delay': async () => (await import('./hls-part-delay.js')).benchPartDelay(),
  'cluster-hls': async () => (await import('./cluster-hls.js')).benchClusterHls(),
  against: async () => (await import('./against.js')).benchAgainst(),
  sharing: async () => (await import('./sharing.js')).benchSharing(),
  stage: async () => (await import('./stage-mix.js')).benchStageMix(),
  'stage-sound': async () => (await import('./stage-sound.js')).benchStageSound(),
  'server-mix': async () => (await import('./server-mix.js')).benchServerMix(),
  'hls-glass-to-glass': async () => (await import('./hls-glass-to-glass.js')).benchGlassToGlass(),
};

type PartResult = {
  part: string;
  loadBefore: number;
  loadAfter: number;
  rows: Row[];
  /** Why the benchmark has no rows; null if it ran. */
  skipped: string | null;
};

/** Runs the named benchmarks, or all, and prints the results. Resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`Unknown benchmark: "${unknown.join('", "')}". Usage: ${USAGE}`);
    console.error(`Names: ${Object.keys(parts).join(', ')}`);
    return 2;
  }
  const machine = await describeMachine();
  for (const [what, text] of Object.entries(machine)) console.log(`${what}: ${text}`);
  const results: PartResult[] = [];
  for (const [name, bench] of Object.entries(parts))
    if (positionals.length === 0 || positionals.includes(name))
      results.push(await runPart(name, bench));
  console.log(`\n${formatTable(results.flatMap(({ rows }) => rows))}`);
  console.log(
    '\nMedians of rounds (lowest–highest). The ratios are comparable between machines; the absolute figures are not.',
  );
  if (values.json !== undefined)
    await writeFile(values.json, JSON.stringify({ machine, results }, null, 2));
  // Benchmarks are not tests: a result outside its limit is reported but isn't a failure.
  return 0;
}

async function runPart(part: string, bench: () => Promise<Row[]>): Promise<PartResult> {
  const loadBefore = load();
  process.stdout.write(`\n${part}: load ${loadBefore.toFixed(1)} before, `);
  const result = await bench().then(
    (rows) => ({ rows, skipped: null }),
    (error: unknown) => {
      if (error instanceof CannotRun) return { rows: [], skipped: error.message };
      throw error;
    },
  );
  const loadAfter = load();
  const outside = result.rows.filter((row) => isWithinLimit(row) === false).length;
  console.log(`${loadAfter.toFixed(1)} after`);
  if (result.skipped !== null) console.log(`  skipped: ${result.skipped}`);
  if (outside > 0) console.log(`  results outside their limit: ${outside}`);
  return { part, loadBefore, loadAfter, ...result };
}
