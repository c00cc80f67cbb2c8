import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabChatter } from '../support/lab/lab-chatter.js';
import { Lab, type LabNode, noLab } from '../support/lab/lab.js';
import { registerWithChannel } from '../support/people.js';

/** How long a node is suspended, and how long a link is down. */
const AWAY_MS = { suspended: 10_000, short: 3_000, long: 20_000 };

describe.skipIf(noLab !== null)('a chat on three nodes', () => {
  let lab: Lab;
  let channel = '';
  let chatters: LabChatter[] = [];
  let channels = 0;

  beforeAll(async () => {
    lab = await Lab.open();
  });
  beforeEach(async () => {
    await vi.waitUntil(async () => (await readyNodes()) === 3, { timeout: 90_000 });
    channel = `chat-${(channels += 1)}`;
    await registerWithChannel(lab.url, channel);
    chatters = [];
    for (let n = 0; n < 6; n += 1)
      chatters.push(await LabChatter.join(lab.url, channel, `guest ${n}`));
  });
  afterEach(({ task }) => {
    for (const chatter of chatters) chatter.leave();
    if (task.result?.state === 'fail') process.stderr.write(lab.output);
  });
  afterAll(() => lab?.close());

  const readyNodes = async () => {
    const statuses = lab.nodes.map(({ url }) =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return (await Promise.all(statuses)).filter(Boolean).length;
  };

  const first = (): LabNode => lab.node('n1');

  const FAULTS: readonly [string, () => Promise<void>][] = [
    ['nothing happens', async () => undefined],
    [
      'a node is killed',
      async () => {
        await first().end('SIGKILL');
        await sleep(1_000);
        await first().start();
      },
    ],
    [
      'a node is suspended for ten seconds',
      async () => {
        first().signal('SIGSTOP');
        await sleep(AWAY_MS.suspended);
        first().signal('SIGCONT');
      },
    ],
    [
      'a node’s link is down for three seconds',
      async () => {
        await lab.network.cut(first().host);
        await sleep(AWAY_MS.short);
        await lab.network.mend(first().host);
      },
    ],
    [
      'a node’s link is down for twenty seconds',
      async () => {
        await lab.network.cut(first().host);
        await sleep(AWAY_MS.long);
        await lab.network.mend(first().host);
      },
    ],
    [
      'PostgreSQL is killed',
      async () => {
        // PostgreSQL's other processes exit by themselves.
        await lab.postgres.end('SIGKILL');
        await sleep(1_000);
        await lab.postgres.start();
      },
    ],
  ];

  it.each(FAULTS)('delivers every message once and in order while %s', async (_what, fault) => {
    const over = new AbortController();
    const writing = chatters.map(async (chatter, who) => {
      for (let n = 0; !over.signal.aborted || n < 5; n += 1) {
        await chatter.say(`${who}: ${n}`);
        await sleep(300);
      }
    });
    await sleep(1_000);
    await fault();
    over.abort();
    await Promise.all(writing);
    const written = chatters.flatMap(({ confirmed }) => confirmed);
    const upTo = Array.from({ length: written.length }, (_, n) => n + 1);
    for (const chatter of chatters) {
      const seqs = () => chatter.messages.map(({ seq }) => seq);
      await expect.poll(seqs, { timeout: 60_000 }).toEqual(upTo);
      expect(chatter.shown).toEqual(upTo);
      const texts = chatter.messages.map(({ text }) => text);
      expect(texts.toSorted()).toEqual(written.toSorted());
      expect(texts).toEqual(chatters[0]?.messages.map(({ text }) => text));
    }
  });
});
