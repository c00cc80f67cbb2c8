import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Username } from './account.js';
import { NewChannelName, Title } from './channel.js';
import { ChatText, GuestName } from './chat.js';
import { requests } from './events.js';
import {
  CHANNEL_NAME_PATTERN,
  CHAT_TEXT_MAX,
  GUEST_NAME_MAX,
  RESERVED_CHANNEL_NAMES,
  TITLE_MAX,
} from './limits.js';

/** Any text, including long and unusual texts. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ maxLength: 40 }),
);

describe('text from people', () => {
  it('reduces a title to one line, and rejects more than 140 characters', () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const { success, data } = Title.safeParse(typed);
        if (!success) return;
        expect(data.length).toBeLessThanOrEqual(TITLE_MAX);
        expect(data).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(data).toBe(data.trim());
        expect(Title.parse(data)).toBe(data);
      }),
    );
  });

  it('never accepts a chat message that is empty or too long, and removes control characters', () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const { success, data } = ChatText.safeParse(typed);
        if (!success) return;
        expect(data.length).toBeGreaterThan(0);
        expect(data.length).toBeLessThanOrEqual(CHAT_TEXT_MAX);
        expect(data.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        expect(ChatText.parse(data)).toBe(data);
      }),
    );
  });

  it('leaves a message of letters unchanged', () => {
    const letters = fc.stringMatching(/^[a-zäß中😀]{1,200}$/u);
    fc.assert(
      fc.property(letters, (typed) => {
        expect(ChatText.parse(typed)).toBe(typed);
      }),
    );
  });

  it("accepts only visible, bounded guests' names", () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const { success, data } = GuestName.safeParse(typed);
        if (!success) return;
        expect(data.length).toBeLessThanOrEqual(GUEST_NAME_MAX);
        expect(data).toMatch(/^[\p{L}\p{N}]/u);
        expect(data).not.toMatch(/ {2}|[\p{C}]/u);
        expect(GuestName.parse(data)).toBe(data);
      }),
    );
  });

  it('accepts only names that are safe in URLs, and rejects reserved channel names', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/)), (typed) => {
        const username = Username.safeParse(typed).data ?? 'refused';
        expect(encodeURIComponent(username)).toBe(username);
        const channel = NewChannelName.safeParse(typed);
        if (!channel.success) return;
        expect(channel.data).toMatch(CHANNEL_NAME_PATTERN);
        expect(RESERVED_CHANNEL_NAMES.has(channel.data)).toBe(false);
      }),
    );
    for (const reserved of RESERVED_CHANNEL_NAMES)
      expect(NewChannelName.safeParse(reserved.toUpperCase()).success).toBe(false);
  });
});

describe('texts of a stage', () => {
  it('are one line, without characters that change the direction of the text', () => {
    const say = requests['stage:say'].payload;
    expect(say.parse({ text: ' a\u202Eb\n\u2066c\u2069 ' }).text).toBe('a b c');
    for (const text of ['', ' ', '\u202E']) expect(say.safeParse({ text }).success).toBe(false);
    const name = requests['stage:join'].payload.shape.name;
    expect(name.parse('B\u202Eob')).toBe('B ob');
  });
});

describe('request payloads', () => {
  const names = Object.keys(requests) as (keyof typeof requests)[];
  const anything = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
    fc.record({ channel: anyText, text: anyText, nonce: anyText, seq: fc.double() }),
    fc.jsonValue(),
  );

  it('are rejected or parsed without throwing, and never contain unknown fields', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), anything, (name, payload) => {
        const schema = requests[name].payload;
        const { success, data } = schema.safeParse(payload);
        if (!success) return;
        const known = Object.keys(schema.shape);
        for (const field of Object.keys(data)) expect(known).toContain(field);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are rejected if they contain an unknown field, including __proto__', () => {
    const poisoned = JSON.parse('{"channel":"ann","__proto__":{"isOwner":true}}') as object;
    expect(requests['chat:leave'].payload.safeParse(poisoned).success).toBe(false);
    expect(requests['chat:leave'].payload.safeParse({ channel: 'ann', more: 1 }).success).toBe(
      false,
    );
    expect(Reflect.get({}, 'isOwner')).toBeUndefined();
  });
});
