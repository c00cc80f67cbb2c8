import { describe, expect, it } from 'vitest';
import { PasswordHasher } from './password-hasher.js';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('makes a PHC string of argon2id with OWASP parameters', async () => {
    expect(await hasher.hash('correct horse')).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  it('salts: the same password has another hash each time', async () => {
    expect(await hasher.hash('same')).not.toBe(await hasher.hash('same'));
  });

  it('knows the right password from a wrong one', async () => {
    const hash = await hasher.hash('pässword');
    expect(await hasher.verify('pässword', hash)).toBe(true);
    expect(await hasher.verify('pa\u0308ssword', hash)).toBe(true); // typed on another system
    expect(await hasher.verify('password', hash)).toBe(false);
  });

  it('reproduces what the reference implementation made', async () => {
    // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
    const reference =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await hasher.verify('password', reference)).toBe(true);
  });

  it('works as hard for an account that is not there', async () => {
    expect(await hasher.verify('password', null)).toBe(false);
  });

  it('refuses more than may wait, and serves those who do', async () => {
    const busy = new PasswordHasher();
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => busy.hash('p')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(8); // 2 running and 50 waiting are served
    expect(refused[0]?.reason).toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
  });
});
