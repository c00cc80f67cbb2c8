import { describe, expect, it } from 'vitest';
import { Secrets } from '../secrets/secrets.js';
import { CallVerifier, signCall, SIGNATURE_HEADERS } from './call-signature.js';

const NOW_MS = 1_800_000_000_000;
const secrets = new Secrets(Buffer.alloc(32, 1));
const CALL = { name: 'feed', from: 'a', to: 'b', body: '{"channel":"tea"}' };

describe('the signature of a call', () => {
  it('identifies the caller to the called node', () => {
    const headers = signCall(secrets, CALL, NOW_MS);
    const verifier = new CallVerifier(secrets, 'b');
    expect(verifier.verify(headers, 'feed', CALL.body, NOW_MS + 2_000)).toEqual({ from: 'a' });
  });

  it('is valid once, and only for a while', () => {
    const verifier = new CallVerifier(secrets, 'b');
    const headers = signCall(secrets, CALL, NOW_MS);
    verifier.verify(headers, 'feed', CALL.body, NOW_MS);
    expect(verifier.verify(headers, 'feed', CALL.body, NOW_MS + 29_000)).toBe('replayed');
    expect(verifier.verify(headers, 'feed', CALL.body, NOW_MS + 31_000)).toBe('wrong_time');
    const early = signCall(secrets, CALL, NOW_MS + 31_000);
    expect(verifier.verify(early, 'feed', CALL.body, NOW_MS)).toBe('wrong_time');
  });

  it('is remembered for as long as it is valid, even if the caller’s clock is ahead', () => {
    const verifier = new CallVerifier(secrets, 'b');
    const ahead = signCall(secrets, CALL, NOW_MS + 30_000);
    verifier.verify(ahead, 'feed', CALL.body, NOW_MS);
    expect(verifier.verify(ahead, 'feed', CALL.body, NOW_MS + 60_000)).toBe('replayed');
  });

  it.each(Object.values(SIGNATURE_HEADERS))('covers %s', (header) => {
    const headers = { ...signCall(secrets, CALL, NOW_MS), [header]: 'another' };
    const verifier = new CallVerifier(secrets, 'b');
    expect(verifier.verify(headers, 'feed', CALL.body, NOW_MS)).toBe('wrong_signature');
  });

  it('covers the name of the call and its body, and depends on the key', () => {
    const headers = signCall(secrets, CALL, NOW_MS);
    const verifier = new CallVerifier(secrets, 'b');
    expect(verifier.verify(headers, 'release', CALL.body, NOW_MS)).toBe('wrong_signature');
    expect(verifier.verify(headers, 'feed', '{}', NOW_MS)).toBe('wrong_signature');
    expect(verifier.verify({}, 'feed', CALL.body, NOW_MS)).toBe('wrong_signature');
    const stranger = new CallVerifier(new Secrets(Buffer.alloc(32, 2)), 'b');
    expect(stranger.verify(headers, 'feed', CALL.body, NOW_MS)).toBe('wrong_signature');
  });

  it('is refused by another node', () => {
    const headers = signCall(secrets, CALL, NOW_MS);
    expect(new CallVerifier(secrets, 'c').verify(headers, 'feed', CALL.body, NOW_MS)).toBe(
      'wrong_node',
    );
  });
});
