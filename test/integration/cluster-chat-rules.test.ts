import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ChatSent } from '../../src/protocol/chat.js';
import type { RequestInput } from '../../src/protocol/events.js';
import type { TestApp } from '../support/app.js';
import { TestNodes } from '../support/nodes.js';
import { guestCookie, type Person, register, registerWithChannel } from '../support/people.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';

/** Moderation should take effect within a second; a busy machine gets more time. */
const SOON = { timeout: 10_000, interval: 20 };
/** The number of messages that guests at one address can send per slow-mode interval. */
const GUESTS_PER_ADDRESS = 5;

describe.skipIf(!process.env.TEST_DATABASE_URL)('a person who chats on two nodes in turn', () => {
  let nodes: TestNodes;
  let one: TestApp;
  let two: TestApp;
  let owner: Person;
  let moderator: ClientSocket;
  let channel = '';
  let channels = 0;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    const settings = { ADDRESS_LIMIT_FACTOR: '1' };
    one = await nodes.start('one', settings);
    two = await nodes.start('two', settings);
  }, 60_000);
  afterAll(() => nodes?.close());
  beforeEach(async () => {
    channel = `channel-${(channels += 1)}`;
    owner = await registerWithChannel(one.url, channel);
    moderator = await connect(one, owner);
  });

  /** Connects to a node, as an account or with a guest's cookie. */
  async function connect(node: TestApp, who: Person | string): Promise<ClientSocket> {
    const cookie = typeof who === 'string' ? who : who.cookie;
    const socket = await openSocket(node.url, { cookie });
    onTestFinished(() => void socket.disconnect());
    return socket;
  }
  const newGuest = () => guestCookie(one.url);

  /** Sends a message; resolves with `accepted`, `held`, or the reason why it is refused. */
  async function write(socket: ClientSocket, { text = 'hello', nonce = randomUUID() } = {}) {
    const reply = await ask(socket, 'chat:send', { channel, nonce, text, guestName: 'gast' });
    if (!reply.ok) return reply.error.code;
    return ChatSent.parse(reply.data).held ? 'held' : 'accepted';
  }

  const setRules = (rules: RequestInput<'chat:change-settings'>['rules']) =>
    request(moderator, 'chat:change-settings', { channel, rules });
  const command = (text: string) => request(moderator, 'chat:command', { channel, text });

  describe('can’t evade slow mode', () => {
    beforeEach(() => setRules({ slowModeS: 120 }));

    it('if nobody is in the chat on the other node', async () => {
      const member = await register(one.url, `${channel}-m`);
      const [here, there] = [await connect(one, member), await connect(two, member)];
      expect(await write(here)).toBe('accepted');
      expect(await write(there)).toBe('slow_mode');
      expect(await write(here)).toBe('slow_mode');
    });

    it('by chatting on both at once', async () => {
      const member = await register(one.url, `${channel}-m`);
      const sockets = [await connect(one, member), await connect(two, member)];
      for (const socket of sockets) await request(socket, 'chat:join', { channel });
      const replies = await Promise.all(sockets.map((socket) => write(socket)));
      expect(replies.toSorted()).toEqual(['accepted', 'slow_mode']);
    });

    it('with a message that is held', async () => {
      await setRules({ holdLinks: true });
      const member = await register(one.url, `${channel}-m`);
      const [here, there] = [await connect(one, member), await connect(two, member)];
      expect(await write(here, { text: 'see https://example.org' })).toBe('held');
      expect(await write(there)).toBe('slow_mode');
    });

    it('with a new cookie for each message', async () => {
      const replies: string[] = [];
      for (let n = 0; n <= GUESTS_PER_ADDRESS; n += 1)
        replies.push(await write(await connect(n % 2 === 0 ? one : two, await newGuest())));
      const accepted = Array.from({ length: GUESTS_PER_ADDRESS }, () => 'accepted');
      expect(replies).toEqual([...accepted, 'slow_mode']);
    });

    it('and can repeat a message whose answer was lost', async () => {
      const member = await register(one.url, `${channel}-m`);
      const [here, there] = [await connect(one, member), await connect(two, member)];
      const nonce = randomUUID();
      expect(await write(here, { nonce })).toBe('accepted');
      expect(await write(there, { nonce })).toBe('accepted');
      expect(await write(there)).toBe('slow_mode');
    });

    it('and isn’t stopped by a message that was refused', async () => {
      await setRules({ emojiOnly: true });
      const member = await register(one.url, `${channel}-m`);
      const [here, there] = [await connect(one, member), await connect(two, member)];
      expect(await write(here)).toBe('emoji_only');
      await expect.poll(() => write(there), SOON).toBe('emoji_only');
      expect(await write(there, { text: '👍' })).toBe('accepted');
    });
  });

  it('can’t evade a time-out or a ban, if nobody is in the chat on the other node', async () => {
    const member = await register(one.url, `${channel}-m`);
    const here = await connect(one, member);
    await command(`/timeout ${channel}-m 10m`);
    expect(await write(await connect(two, member))).toBe('timed_out');
    expect(await write(here)).toBe('timed_out');
    await command(`/ban ${channel}-m`);
    await expect.poll(async () => write(await connect(two, member)), SOON).toBe('banned');
  });

  it('can’t evade a ban as a guest, with the cookie or without', async () => {
    const cookie = await newGuest();
    // Only the other node knows the guest's address.
    const { seq } = await request(await connect(two, cookie), 'chat:send', {
      channel,
      nonce: randomUUID(),
      text: 'hello',
      guestName: 'troll',
    });
    await request(moderator, 'chat:ban', { channel, seq });
    for (const node of [one, two])
      for (const known of [cookie, await newGuest()])
        await expect.poll(async () => write(await connect(node, known)), SOON).toBe('banned');
  });

  it('has the first message held on both, until one is approved', async () => {
    await setRules({ holdFirst: true });
    const member = await register(one.url, `${channel}-m`);
    const [here, there] = [await connect(one, member), await connect(two, member)];
    expect(await write(here)).toBe('held');
    expect(await write(there)).toBe('held');
    const [first, second] = (await request(moderator, 'chat:held', { channel })).held;
    await request(moderator, 'chat:judge', { channel, heldId: first!.id, approve: false });
    expect(await write(there)).toBe('held');
    await request(moderator, 'chat:judge', { channel, heldId: second!.id, approve: true });
    expect(await write(there)).toBe('accepted');
  });

  it('can have only as many messages held as on one node', async () => {
    await setRules({ holdLinks: true });
    const member = await register(one.url, `${channel}-m`);
    const sockets = [await connect(one, member), await connect(two, member)];
    const replies: string[] = [];
    for (let n = 0; n < 6; n += 1)
      replies.push(await write(sockets[n % 2]!, { text: `https://example.org/${n}` }));
    expect(replies).toEqual(['held', 'held', 'held', 'held', 'held', 'rate_limited']);
  });
});
