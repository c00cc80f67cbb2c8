import { describe, expect, it } from 'vitest';
import { base32, totpCode, totpUri, verifyTotp } from './totp.js';

const secret = Buffer.from('12345678901234567890');

describe('totpCode', () => {
  // The test vectors of RFC 6238, appendix B, with only the last six of their eight digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d s is %s', (seconds, code) => {
    expect(totpCode(secret, Math.floor(seconds / 30))).toBe(code);
  });
});

describe('verifyTotp', () => {
  const nowMs = 1_111_111_109_000;
  const step = Math.floor(nowMs / 30_000);

  it('accepts the current code, ignoring spaces', () => {
    expect(verifyTotp(secret, ' 081 804', { nowMs, lastStep: null })).toBe(step);
  });

  it('accepts the codes from one step before to one step after, but no others', () => {
    for (const off of [-1, 1])
      expect(verifyTotp(secret, totpCode(secret, step + off), { nowMs, lastStep: null })).toBe(
        step + off,
      );
    for (const off of [-2, 2])
      expect(
        verifyTotp(secret, totpCode(secret, step + off), { nowMs, lastStep: null }),
      ).toBeNull();
  });

  it('accepts a code only once', () => {
    expect(verifyTotp(secret, '081804', { nowMs, lastStep: step })).toBeNull();
  });

  it.each(['', '81804', '0818040', '08180a', '٠٨١٨٠٤'])('rejects “%s”', (typed) => {
    expect(verifyTotp(secret, typed, { nowMs, lastStep: null })).toBeNull();
  });
});

describe('base32', () => {
  // The test vectors of RFC 4648, section 10.
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('of “%s” is “%s”', (text, encoded) => {
    expect(base32(Buffer.from(text))).toBe(encoded);
  });
});

describe('totpUri', () => {
  it('names the service and the account', () => {
    expect(totpUri(Buffer.from('foobar'), { issuer: 'On air', account: 'ada' })).toBe(
      'otpauth://totp/On%20air:ada?secret=MZXW6YTBOI&issuer=On%20air',
    );
  });
});
