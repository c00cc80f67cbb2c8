import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { fetchRenditions, fetchSegments } from '../support/fetched-playlist.js';
import { Lab, type LabNode, noLab } from '../support/lab/lab.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { Receiver } from '../support/webhook-receiver.js';
import { WeriftPublisher } from '../support/werift-publisher.js';

const LIMIT = { timeout: 90_000, interval: 100 };

describe.skipIf(noLab !== null)(
  'a broadcast on three nodes, one of which runs the next release',
  () => {
    let lab: Lab;
    let channels = 0;
    beforeAll(async () => {
      lab = await Lab.open(
        { WEBHOOK_ALLOWED_NETWORKS: '198.18.0.0/15', GRACE_SECONDS: '30' },
        { next: 'n2' },
      );
    });
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') process.stderr.write(lab.output);
    });
    afterAll(() => lab?.close());

    /** Makes a channel with a webhook. */
    async function makeChannel() {
      const name = `film-${(channels += 1)}`;
      const owner = await registerWithChannel(lab.url, name);
      const path = `/channels/${name}/stream-key`;
      const { streamKey: key } = await api<{ streamKey: string }>(lab.url, owner, 'POST', path);
      const receiver = new Receiver();
      await receiver.listen(lab.network.ownAddress);
      onTestFinished(() => receiver.close());
      await api(lab.url, owner, 'POST', `/channels/${name}/webhooks`, {
        url: receiver.url,
        events: ['broadcast.live', 'broadcast.ended'],
      });
      return { name, owner, key, receiver };
    }

    const broadcast = async (name: string, node: { url: string } = lab) =>
      (await api<ChannelView>(node.url, null, 'GET', `/channels/${name}`)).broadcast;

    const isIn = (name: string, state: string, node?: LabNode) =>
      vi.waitUntil(async () => {
        const now = await broadcast(name, node).catch(() => null);
        return now?.state === state && now;
      }, LIMIT);

    /** Publishes through HAProxy; resolves with the node that received the request. */
    async function publish(name: string, key: string) {
      const publisher = new WeriftPublisher({
        url: lab.url,
        channel: name,
        key,
        film: { video: 'h264', audio: true },
      });
      onTestFinished(() => publisher.vanish());
      const { status, text } = await vi.waitUntil(async () => {
        const answer = await publisher.publish().catch(() => null);
        return answer?.status === 201 && answer;
      }, LIMIT);
      expect(status).toBe(201);
      const origin = lab.nodes.find(({ host }) => text.includes(` ${host.address} `));
      if (!origin) throw new Error(`no node is in the answer:\n${text}`);
      return { publisher, origin };
    }

    /** Resolves with the newest media sequence number of the lowest layer, as served by a node. */
    async function newestSegment(name: string, { url }: { url: string }): Promise<number> {
      const renditions = await fetchRenditions(`${url}/hls/${name}/index.m3u8`);
      const video = renditions.find(({ id }) => id.startsWith('video'));
      const segments = await fetchSegments(video?.url ?? '');
      return segments.at(-1)?.msn ?? -1;
    }

    const plays = (name: string, node: LabNode, least: number) =>
      vi.waitUntil(async () => (await newestSegment(name, node).catch(() => -1)) >= least, LIMIT);

    it('is played on every node', async () => {
      const { name, key } = await makeChannel();
      const { publisher } = await publish(name, key);
      const ids = [];
      for (const node of lab.nodes) {
        ids.push((await isIn(name, 'live', node)).id);
        await plays(name, node, 2);
      }
      expect(new Set(ids).size).toBe(1);
      await publisher.end();
      for (const node of lab.nodes)
        await vi.waitUntil(async () => (await broadcast(name, node)) === null, LIMIT);
    });

    it('continues on another node when its own is killed, and is announced once', async () => {
      const { name, owner, key, receiver } = await makeChannel();
      const { publisher, origin } = await publish(name, key);
      const others = lab.nodes.filter((node) => node !== origin);
      const before = await isIn(name, 'live');
      for (const node of others) await plays(name, node, 1);
      await origin.end('SIGKILL');
      await publisher.vanish();
      const again = await publish(name, key);
      expect(again.origin).not.toBe(origin);
      for (const node of others) {
        const now = await isIn(name, 'live', node);
        expect(now).toMatchObject({ id: before.id, startedAt: before.startedAt });
        await plays(name, node, 1);
      }
      // After its restart, the node counts as a new node and doesn't take the broadcast back.
      await origin.start();
      expect(await isIn(name, 'live', origin)).toMatchObject({ id: before.id });
      await plays(name, origin, 1);
      await again.publisher.end();
      await vi.waitUntil(async () => (await broadcast(name)) === null, LIMIT);
      const bodies = (await receiver.count(2)).map(({ body }) => JSON.parse(body) as WebhookBody);
      expect(bodies.map(({ event }) => event)).toEqual(['broadcast.live', 'broadcast.ended']);
      await recordingPlays(owner, before.id);
    });

    it('has one origin node when it starts on two nodes at once', async () => {
      const { name, key } = await makeChannel();
      const [one, two] = lab.nodes;
      const publishers = [one, two].map(
        (node) =>
          new WeriftPublisher({
            url: node?.url ?? '',
            channel: name,
            key,
            film: { video: null, audio: true },
          }),
      );
      for (const publisher of publishers) onTestFinished(() => publisher.vanish());
      const answers = await Promise.all(publishers.map((publisher) => publisher.publish()));
      expect(answers.map(({ status }) => status)).toContain(201);
      const ids = [];
      for (const node of lab.nodes) ids.push((await isIn(name, 'live', node)).id);
      expect(new Set(ids).size).toBe(1);
    });

    type WebhookBody = { event: string };

    /** Resolves when the recording is finished, and checks that it is longer than three seconds. */
    async function recordingPlays(owner: Person, id: string): Promise<void> {
      const recording = await vi.waitUntil(async () => {
        const now = await api<RecordingView>(lab.url, owner, 'GET', `/recordings/${id}`);
        return now.state === 'ready' && now;
      }, LIMIT);
      expect(recording.durationMs).toBeGreaterThan(3_000);
    }
  },
);
