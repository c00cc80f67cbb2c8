import { describe, expect, it } from 'vitest';
import { Cookies } from '../common/cookies.js';
import { Secrets } from '../secrets/secrets.js';
import { ChannelPasses, PASS_COOKIE, readPasses } from './channel-passes.js';

const NOW_MS = 1_800_000_000_000;
const MONTH_MS = 31 * 86_400_000;
const passes = new ChannelPasses(new Secrets(new Uint8Array(32).fill(1)));
const idOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const cookies = new Cookies({ publicUrl: 'http://localhost:8080' });
const options = { nowMs: NOW_MS, cookies };

/** Returns the value that the browser sends back. */
const valueOf = (setCookie: string): string => readPasses(setCookie.split(';')[0]);

const withPass = (n: number, version = 1, before = '') =>
  valueOf(passes.add(before, { id: idOf(n), version, holder: `guest-${n}` }, options));

describe('ChannelPasses', () => {
  it('returns the version and holder of a channel’s pass', () => {
    const value = withPass(2, 7, withPass(1, 3));
    expect(passes.of(idOf(1), value, NOW_MS)).toMatchObject([{ version: 3 }]);
    expect(passes.of(idOf(2), value, NOW_MS)).toEqual([{ version: 7, holder: 'guest-2' }]);
    expect(passes.of(idOf(3), value, NOW_MS)).toEqual([]);
  });

  it('rejects a pass whose channel, version, expiry or holder was changed', () => {
    const value = withPass(1, 3);
    const [id = '', version = '', expiry = '', holder = '', signature = ''] = value.split('.');
    const later = (Number.parseInt(expiry, 36) + 1).toString(36);
    for (const forged of [
      [idOf(2), version, expiry, holder, signature],
      [id, '4', expiry, holder, signature],
      [id, version, later, holder, signature],
      [id, version, expiry, holder, 'A'.repeat(43)],
      [id, version, expiry, 'guest-2', signature],
      [id, version, expiry, signature],
      [id, `0${version}`, expiry, holder, signature],
    ])
      expect(passes.of(forged[0] ?? '', forged.join('.'), NOW_MS)).toEqual([]);
    const elsewhere = new ChannelPasses(new Secrets(new Uint8Array(32).fill(2)));
    expect(elsewhere.of(id, value, NOW_MS)).toEqual([]);
  });

  it('rejects passes after a month', () => {
    expect(passes.of(idOf(1), withPass(1), NOW_MS + MONTH_MS)).toEqual([]);
  });

  it('stores up to twenty passes, newest first, one per channel', () => {
    let value = '';
    for (let n = 1; n <= 25; n += 1) value = withPass(n, 1, value);
    expect(passes.of(idOf(5), value, NOW_MS)).toEqual([]);
    expect(passes.of(idOf(6), value, NOW_MS)).toMatchObject([{ version: 1 }]);
    const again = withPass(25, 2, value);
    expect(again).toHaveLength(value.length);
    expect(passes.of(idOf(25), again, NOW_MS)).toMatchObject([{ version: 2 }]);
  });

  it('sets an HttpOnly cookie, partitioned by site over TLS', () => {
    const plain = passes.add('', { id: idOf(1), version: 1, holder: 'g' }, options);
    expect(plain).toMatch(/; HttpOnly/i);
    expect(plain).toMatch(/; SameSite=Lax/i);
    const secure = passes.add(
      '',
      { id: idOf(1), version: 1, holder: 'g' },
      { ...options, cookies: new Cookies({ publicUrl: 'https://live.example.org' }) },
    );
    expect(secure).toMatch(/^__Host-onair_passes=/);
    expect(valueOf(secure)).toBe(valueOf(plain));
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=None', 'Partitioned'])
      expect(secure).toMatch(new RegExp(`; ${attribute}(;|$)`, 'i'));
  });

  it('ignores a cookie that is too long', () => {
    expect(readPasses(`${PASS_COOKIE}=${'a'.repeat(5_000)}`)).toBe('');
  });
});
