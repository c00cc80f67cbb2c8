import { expect, it } from 'vitest';
import { createLog } from '../common/logger.js';
import type { MixStart } from './mixer-messages.js';
import { MixerProcess } from './mixer-process.js';

/** A process that encodes video, but no audio after the first packet. */
const SILENT_MIXER = `
const write = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
write({ event: 'started', videoPort: 1, audioPort: 2 });
let frames = 0;
setInterval(() => write({ event: 'progress', frames: (frames += 15), audioPackets: 1 }), 100);
process.stdin.resume();
process.stdin.on('end', () => process.exit());
`;
const track = { port: 1, payloadType: 100, ssrc: 1 };
const START: MixStart = {
  width: 1280,
  height: 720,
  fps: 30,
  threads: 1,
  video: { ...track, bitrateBps: 1_000_000 },
  audio: track,
};

it('kills a mixer that encodes video but no audio', async () => {
  const command = { program: process.execPath, args: ['-e', SILENT_MIXER] };
  const log = createLog({ level: 'silent', format: 'text' });
  const mixer = await MixerProcess.start(command, START, log);
  await new Promise<void>((resolve) => void mixer.events.on('closed', resolve));
  expect(mixer.frames).toBeGreaterThan(0);
  expect(mixer.closed).toBe(true);
});
