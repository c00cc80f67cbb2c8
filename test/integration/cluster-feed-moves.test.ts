import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemotePlace } from '../../src/broadcast/ports/media.js';
import { CLUSTER, type Cluster } from '../../src/cluster/cluster.js';
import { RtpParameters } from '../../src/protocol/rtc.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import type { TestApp } from '../support/app.js';
import { TestNodes } from '../support/nodes.js';
import { audioTrack, h264Viewer } from '../support/rtc.js';

describe.skipIf(!process.env.TEST_DATABASE_URL)('a broadcast that moves to another node', () => {
  let nodes: TestNodes;
  let edge: TestApp;

  beforeEach(async () => {
    nodes = await TestNodes.open();
    edge = await nodes.start('edge');
  }, 60_000);
  afterEach(() => nodes.close());

  /** Starts a node that owns the broadcast in the given epoch, with one track. */
  async function startOrigin(id: string, epoch: number) {
    const node = await nodes.start(`origin-${epoch}`);
    const media = await node.app.get(SfuService).open({ id, epoch });
    const publisher = await media.publish('browser');
    const rtpParameters = RtpParameters.parse(audioTrack().rtpParameters);
    const track = { kind: 'audio', rtpParameters, paused: false, reportsTell: 'sending' } as const;
    await publisher.produce(track);
    const { self: nodeId } = node.app.get<Cluster>(CLUSTER);
    const place: RemotePlace = { nodeId, id, epoch };
    await expect.poll(() => edge.app.get<Cluster>(CLUSTER).nodes.has(nodeId)).toBe(true);
    return { media, place };
  }

  it('keeps its viewers, and sends them the tracks of the new node', async () => {
    const id = randomUUID();
    const first = await startOrigin(id, 1);
    const second = await startOrigin(id, 2);
    let place: RemotePlace | null = first.place;
    const remote = await edge.app.get(SfuService).openRemote(() => place);
    const viewer = await remote.watch(h264Viewer);
    expect(viewer.consumers.map(({ kind }) => kind)).toEqual(['audio']);

    // The first node hasn't noticed the move yet and still sends.
    let added = viewer.events.once('consumerAdded');
    place = second.place;
    remote.moved();
    await added;
    await expect.poll(() => first.media.output.origin.worker.load).toBe(3);
    await expect.poll(() => viewer.consumers.length).toBe(1);

    // For a while, no node has the broadcast.
    const closed = viewer.events.once('consumerClosed');
    place = null;
    second.media.close();
    await closed;
    expect(viewer.closed).toBe(false);
    added = viewer.events.once('consumerAdded');
    place = first.place;
    await added;
    expect([viewer.closed, viewer.consumers.length]).toEqual([false, 1]);

    remote.close();
    expect(viewer.closed).toBe(true);
    await expect.poll(() => first.media.output.origin.worker.load).toBe(3);
  });
});
