import { describe, expect, it } from 'vitest';
import { PasswordHasher } from './password-hasher.js';

const CLIENT = '198.51.100.1';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('produces an argon2id PHC string with OWASP parameters', async () => {
    expect(await hasher.hash('correct horse', CLIENT)).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  it('hashes the same password differently each time', async () => {
    expect(await hasher.hash('same', CLIENT)).not.toBe(await hasher.hash('same', CLIENT));
  });

  it('tells the right password from a wrong one', async () => {
    const hash = await hasher.hash('pässword', CLIENT);
    expect(await hasher.verify('pässword', hash, CLIENT)).toBe(true);
    expect(await hasher.verify('pa\u0308ssword', hash, CLIENT)).toBe(true); // typed on another system
    expect(await hasher.verify('password', hash, CLIENT)).toBe(false);
  });

  it('verifies a hash from the reference implementation', async () => {
    // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
    const reference =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await hasher.verify('password', reference, CLIENT)).toBe(true);
  });

  it('rejects every password for an account that does not exist', async () => {
    expect(await hasher.verify('password', null, CLIENT)).toBe(false);
  });

  it('rejects requests from a client beyond its share of the queue, and serves the others', async () => {
    const busy = new PasswordHasher();
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => busy.hash('p', `2001:db8:1:${n}::1`)),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(3); // 2 running and 25 queued are served
    expect(refused[0]?.reason).toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
  });

  it('serves a client before most requests of others that have filled the queue', async () => {
    const busy = new PasswordHasher();
    const done: string[] = [];
    const ask = (client: string) =>
      busy.hash('p', client).then(
        () => done.push(client),
        () => undefined,
      );
    const floods = ['198.51.100.1', '198.51.100.2'].flatMap((client) =>
      Array.from({ length: 30 }, () => ask(client)),
    );
    await Promise.all([...floods, ask('203.0.113.7')]);
    expect(done).toHaveLength(52);
    expect(done.indexOf('203.0.113.7')).toBeLessThan(8);
  });
});
