import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { LabChatter } from '../support/lab/lab-chatter.js';
import { Lab, type LabNode, noLab } from '../support/lab/lab.js';
import { api, registerWithChannel } from '../support/people.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 90_000, interval: 100 };
const CHATTERS = 12;
const DRAIN_SECONDS = 10;

describe.skipIf(noLab !== null)(
  'a node that drains under load, beside a node with the next release',
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.open(
        { DRAIN_SECONDS: String(DRAIN_SECONDS), GRACE_SECONDS: '30' },
        { next: 'n3' },
      );
    });
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') process.stderr.write(lab.output);
    });
    afterAll(() => lab?.close());

    const broadcast = async (name: string, { url }: { url: string } = lab) =>
      (await api<ChannelView>(url, null, 'GET', `/channels/${name}`)).broadcast;

    /** Publishes through HAProxy; resolves with the node that received the request. */
    async function publish(channel: string, key: string) {
      const film = { video: 'h264', audio: true } as const;
      const publisher = new WeriftPublisher({ url: lab.url, channel, key, film });
      onTestFinished(() => publisher.vanish());
      const { text } = await vi.waitUntil(async () => {
        const answer = await publisher.publish().catch(() => null);
        return answer?.status === 201 && answer;
      }, LIMIT);
      const node = lab.nodes.find(({ host }) => text.includes(` ${host.address} `));
      if (!node) throw new Error(`no node is in the answer:\n${text}`);
      return { publisher, node };
    }

    /** Watches through a node; resolves when media arrives. */
    async function watch(channel: string, { url }: LabNode): Promise<WeriftViewer> {
      const viewer = new WeriftViewer({ url, channel, payloadTypes: { audio: 111, video: 96 } });
      onTestFinished(() => viewer.vanish());
      await vi.waitUntil(async () => (await viewer.watch()).status === 201, LIMIT);
      await vi.waitUntil(() => viewer.packets.video > 0, LIMIT);
      return viewer;
    }

    /** Stops a node with SIGTERM; resolves with the time that this took, in milliseconds. */
    async function drain(node: LabNode): Promise<number> {
      const startMs = performance.now();
      await node.end('SIGTERM');
      return performance.now() - startMs;
    }

    it('delivers every message once and in order, and its broadcast continues', async () => {
      const channel = 'film';
      const owner = await registerWithChannel(lab.url, channel);
      const path = `/channels/${channel}/stream-key`;
      const { streamKey: key } = await api<{ streamKey: string }>(lab.url, owner, 'POST', path);
      const { publisher, node } = await publish(channel, key);
      const before = await vi.waitUntil(async () => {
        const now = await broadcast(channel);
        return now?.state === 'live' && now;
      }, LIMIT);
      const other = lab.nodes.find((one) => one !== node);
      if (!other) throw new Error('another node was expected');
      const viewer = await watch(channel, other);
      const chatters: LabChatter[] = [];
      for (let n = 0; n < CHATTERS; n += 1)
        chatters.push(await LabChatter.join(lab.url, channel, `guest ${n}`));
      onTestFinished(() => {
        for (const chatter of chatters) chatter.leave();
      });
      const over = new AbortController();
      const writing = chatters.map(async (chatter, who) => {
        for (let n = 0; !over.signal.aborted || n < 5; n += 1) {
          await chatter.say(`${who}: ${n}`);
          await sleep(200);
        }
      });
      const tookMs = await drain(node);
      // The encoder doesn't move to another node, so it is disconnected at the end.
      expect(tookMs).toBeGreaterThan(DRAIN_SECONDS * 1_000);
      await publisher.vanish();
      const again = await publish(channel, key);
      expect(again.node).not.toBe(node);
      await sleep(1_000);
      over.abort();
      await Promise.all(writing);

      const written = chatters.flatMap(({ confirmed }) => confirmed);
      const upTo = Array.from({ length: written.length }, (_, n) => n + 1);
      for (const chatter of chatters) {
        const seqs = () => chatter.messages.map(({ seq }) => seq);
        await expect.poll(seqs, { timeout: 60_000 }).toEqual(upTo);
        expect(chatter.shown).toEqual(upTo);
        // No connection was lost before its replacement was open.
        expect(chatter.timesOffline).toBe(0);
      }
      expect(node.output).toMatch(/this node has drained .*left=/);

      const now = await vi.waitUntil(async () => {
        const found = await broadcast(channel, other).catch(() => null);
        return found?.state === 'live' && found;
      }, LIMIT);
      expect(now).toMatchObject({ id: before.id, startedAt: before.startedAt });
      // The player on the other node stayed connected, and receives the new media.
      const { video } = viewer.packets;
      await vi.waitUntil(() => viewer.packets.video > video + 10, LIMIT);
      await again.publisher.end();
      await node.start();
    });

    it('stops as soon as all clients have moved', async () => {
      await vi.waitUntil(async () => (await lab.statusOf('/readyz')) === 200, LIMIT);
      await registerWithChannel(lab.url, 'quiet');
      const chatters: LabChatter[] = [];
      for (let n = 0; n < CHATTERS; n += 1)
        chatters.push(await LabChatter.join(lab.url, 'quiet', `guest ${n}`));
      onTestFinished(() => {
        for (const chatter of chatters) chatter.leave();
      });
      const node = lab.node('n1');
      const tookMs = await drain(node);
      expect(tookMs).toBeLessThan(DRAIN_SECONDS * 1_000);
      for (const chatter of chatters) expect(chatter.timesOffline).toBe(0);
      await node.start();
    });
  },
);
