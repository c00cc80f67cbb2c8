import { describe, expect, it } from 'vitest';
import { Secrets } from '../secrets/secrets.js';
import { HlsTokens } from './hls-tokens.js';

const MINUTE_MS = 60_000;
const grant = {
  channelId: '00000000-0000-7000-8000-000000000001',
  version: 4,
  accountId: '00000000-0000-7000-8000-00000000000a',
  guestId: 'guest-id-of-22-letters',
  addressHash: 'a'.repeat(43),
  holder: '00000000-0000-7000-8000-00000000000b',
};

function make(seed = 1, clock = { ms: 1_800_000_000_000 }) {
  const secrets = new Secrets(new Uint8Array(32).fill(seed));
  return { clock, tokens: new HlsTokens(secrets, { nowMs: () => clock.ms }) };
}

describe('HlsTokens', () => {
  it('say who fetches what, as the service gave them out', () => {
    const { tokens } = make();
    expect(tokens.read(tokens.give(grant))).toEqual(grant);
    expect(tokens.read(tokens.give({ ...grant, accountId: null }))).toMatchObject({
      accountId: null,
    });
  });

  it('fit into a path, and tell nobody whose they are', () => {
    const token = make().tokens.give(grant);
    expect(token).toMatch(/^[\w-]{1,400}$/);
    const text = Buffer.from(token, 'base64url').toString('latin1');
    for (const secret of [
      grant.holder,
      grant.addressHash,
      grant.accountId,
      grant.guestId,
      grant.channelId,
    ])
      expect(text).not.toContain(secret);
  });

  it('are void when changed, or made by another service', () => {
    const { tokens } = make();
    const token = tokens.give(grant);
    const at = 20;
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(tokens.read(changed)).toBeNull();
    expect(tokens.read(make(2).tokens.give(grant))).toBeNull();
    for (const nonsense of ['', 'a', 'x'.repeat(400), token.slice(0, -4)])
      expect(tokens.read(nonsense)).toBeNull();
  });

  it('last as long as they are used, and ten minutes after', () => {
    const { clock, tokens } = make();
    const token = tokens.give(grant);
    for (let minutes = 0; minutes < 60; minutes += 9) {
      clock.ms += 9 * MINUTE_MS;
      expect(tokens.read(token)).toEqual(grant);
    }
    clock.ms += 11 * MINUTE_MS;
    expect(tokens.read(token)).toBeNull();
    expect(tokens.read(token)).toBeNull();
  });

  it('are void after ten minutes when nobody used them, also for a service that was restarted', () => {
    const { clock, tokens } = make();
    const token = tokens.give(grant);
    clock.ms += 11 * MINUTE_MS;
    expect(tokens.read(token)).toBeNull();
    expect(make(1, clock).tokens.read(token)).toBeNull();
  });

  it('end after a day however much they are used', () => {
    const { clock, tokens } = make();
    const token = tokens.give(grant);
    const uses = Array.from({ length: 26 * 12 }, () => {
      clock.ms += 5 * MINUTE_MS;
      return tokens.read(token);
    });
    expect(uses.filter((use) => use !== null)).toHaveLength(24 * 12);
  });
});
