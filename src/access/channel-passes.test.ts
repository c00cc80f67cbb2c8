import { describe, expect, it } from 'vitest';
import { Secrets } from '../secrets/secrets.js';
import { ChannelPasses, PASS_COOKIE, readPasses } from './channel-passes.js';

const NOW_MS = 1_800_000_000_000;
const MONTH_MS = 31 * 86_400_000;
const passes = new ChannelPasses(new Secrets(new Uint8Array(32).fill(1)));
const idOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const options = { nowMs: NOW_MS, secure: false };

/** What the browser sends back. */
const valueOf = (setCookie: string): string => readPasses(setCookie.split(';')[0]);

const withPass = (n: number, version = 1, before = '') =>
  valueOf(passes.add(before, { id: idOf(n), version }, options));

describe('ChannelPasses', () => {
  it('tells for which version of which channel a password was typed', () => {
    const value = withPass(2, 7, withPass(1, 3));
    expect(passes.versionOf(idOf(1), value, NOW_MS)).toBe(3);
    expect(passes.versionOf(idOf(2), value, NOW_MS)).toBe(7);
    expect(passes.versionOf(idOf(3), value, NOW_MS)).toBeNull();
  });

  it('takes no pass whose channel, version or expiry was changed', () => {
    const value = withPass(1, 3);
    const [id = '', version = '', expiry = '', signature = ''] = value.split('.');
    const later = (Number.parseInt(expiry, 36) + 1).toString(36);
    for (const forged of [
      [idOf(2), version, expiry, signature],
      [id, '4', expiry, signature],
      [id, version, later, signature],
      [id, version, expiry, 'A'.repeat(43)],
      [id, `0${version}`, expiry, signature],
    ])
      expect(passes.versionOf(forged[0] ?? '', forged.join('.'), NOW_MS)).toBeNull();
    const elsewhere = new ChannelPasses(new Secrets(new Uint8Array(32).fill(2)));
    expect(elsewhere.versionOf(id, value, NOW_MS)).toBeNull();
  });

  it('expire after a month', () => {
    expect(passes.versionOf(idOf(1), withPass(1), NOW_MS + MONTH_MS)).toBeNull();
  });

  it('are twenty at most, the newest first, and one for each channel', () => {
    let value = '';
    for (let n = 1; n <= 25; n += 1) value = withPass(n, 1, value);
    expect(passes.versionOf(idOf(5), value, NOW_MS)).toBeNull();
    expect(passes.versionOf(idOf(6), value, NOW_MS)).toBe(1);
    const again = withPass(25, 2, value);
    expect(again).toHaveLength(value.length);
    expect(passes.versionOf(idOf(25), again, NOW_MS)).toBe(2);
  });

  it('are out of reach of scripts, and over TLS of no use in the frames of other sites', () => {
    const plain = passes.add('', { id: idOf(1), version: 1 }, options);
    expect(plain).toMatch(/; HttpOnly/i);
    expect(plain).toMatch(/; SameSite=Lax/i);
    const secure = passes.add('', { id: idOf(1), version: 1 }, { ...options, secure: true });
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=None', 'Partitioned'])
      expect(secure).toMatch(new RegExp(`; ${attribute}(;|$)`, 'i'));
  });

  it('reads nothing out of a cookie that is too long to be one', () => {
    expect(readPasses(`${PASS_COOKIE}=${'a'.repeat(5_000)}`)).toBe('');
  });
});
