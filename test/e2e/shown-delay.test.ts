import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { clockPublisherScript, clockViewerScript } from '../support/clock-picture.js';
import { delayPairs, medianError } from '../support/shown-delay.js';
import { Stage } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

it('the shown delay is that of the picture over WebRTC, within 100 ms', async () => {
  await stage.goLive('delay', { initScripts: [clockPublisherScript()] });
  const viewer = await stage.visit('/delay?mode=webrtc', { initScripts: [clockViewerScript] });
  await framesAdvance(viewer);
  const pairs = await delayPairs(viewer, 10);
  expect(Math.abs(medianError(pairs))).toBeLessThan(100);
});
