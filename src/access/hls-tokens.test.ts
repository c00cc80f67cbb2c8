import { describe, expect, it } from 'vitest';
import { Secrets } from '../secrets/secrets.js';
import { HlsTokens } from './hls-tokens.js';

const MINUTE_MS = 60_000;
const grant = {
  channelId: '00000000-0000-7000-8000-000000000001',
  version: 4,
  accountId: '00000000-0000-7000-8000-00000000000a',
  sessionId: '00000000-0000-7000-8000-00000000000c',
  guestId: 'guest-id-of-22-letters',
  addressHash: 'a'.repeat(43),
  holder: '00000000-0000-7000-8000-00000000000b',
};

function make(seed = 1, clock = { ms: 1_800_000_000_000 }, isNode = false) {
  const secrets = new Secrets(new Uint8Array(32).fill(seed));
  return { clock, tokens: new HlsTokens(secrets, { nowMs: () => clock.ms }, { isNode }) };
}

describe('HlsTokens', () => {
  it('reads the grant of a token it issued', () => {
    const { tokens } = make();
    expect(tokens.read(tokens.give(grant))).toEqual(grant);
    expect(tokens.read(tokens.give({ ...grant, accountId: null }))).toMatchObject({
      accountId: null,
    });
  });

  it('issues tokens that fit into a path and reveal nothing', () => {
    const token = make().tokens.give(grant);
    expect(token).toMatch(/^[\w-]{1,400}$/);
    const text = Buffer.from(token, 'base64url').toString('latin1');
    for (const secret of [
      grant.holder,
      grant.addressHash,
      grant.accountId,
      grant.sessionId,
      grant.guestId,
      grant.channelId,
    ])
      expect(text).not.toContain(secret);
  });

  it('rejects a token that was changed or issued by another server', () => {
    const { tokens } = make();
    const token = tokens.give(grant);
    const at = 20;
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(tokens.read(changed)).toBeNull();
    expect(tokens.read(make(2).tokens.give(grant))).toBeNull();
    for (const nonsense of ['', 'a', 'x'.repeat(400), token.slice(0, -4)])
      expect(tokens.read(nonsense)).toBeNull();
  });

  it('accepts a token while it is in use, and for ten minutes afterwards', () => {
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

  it('rejects a token that was unused for ten minutes, even after a restart', () => {
    const { clock, tokens } = make();
    const token = tokens.give(grant);
    clock.ms += 11 * MINUTE_MS;
    expect(tokens.read(token)).toBeNull();
    expect(make(1, clock).tokens.read(token)).toBeNull();
  });

  it('accepts a token for a day on all nodes, used or not', () => {
    const { clock, tokens } = make(1, undefined, true);
    const token = tokens.give(grant);
    clock.ms += 12 * 60 * MINUTE_MS;
    const other = make(1, clock, true).tokens;
    expect(other.read(token)).toEqual(grant);
    clock.ms += 11 * 60 * MINUTE_MS;
    expect(other.read(token)).toEqual(grant);
    clock.ms += 2 * 60 * MINUTE_MS;
    expect(other.read(token)).toBeNull();
  });

  it('rejects a token after a day, however much it is used', () => {
    const { clock, tokens } = make();
    const token = tokens.give(grant);
    const uses = Array.from({ length: 26 * 12 }, () => {
      clock.ms += 5 * MINUTE_MS;
      return tokens.read(token);
    });
    expect(uses.filter((use) => use !== null)).toHaveLength(24 * 12);
  });
});
