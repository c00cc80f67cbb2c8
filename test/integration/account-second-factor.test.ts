import { describe, expect, it, onTestFinished } from 'vitest';
import { totpCode } from '../../src/auth/second-factor/totp.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { RecoveryCodes, SecondFactorSetup } from '../../src/protocol/account-second-factor.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { stopClock } from '../support/stop-clock.js';
import { useServer } from '../support/fixtures/use-server.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Decodes the key as an authenticator app does. */
function bytesOf(base32: string): Uint8Array {
  const bits = Array.from(base32, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0'));
  return Uint8Array.from(bits.join('').match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
const stepNow = () => Math.floor(Date.now() / 30_000);
const codeOf = (secret: string, step: number) => totpCode(bytesOf(secret), step);

describe('the second factor', () => {
  const server = useServer();
  let count = 0;

  const factor = (client: HttpClient, what: string, body: object = { password: PASSWORD }) =>
    client.post(`/api/account/second-factor/${what}`, body);
  const logIn = (username: string, code?: string, password = PASSWORD) =>
    new HttpClient(server.url).post('/api/auth/login', {
      username,
      password,
      ...(code === undefined ? {} : { code }),
    });

  /**
   * Registers an account and enables its second factor, which is confirmed with the previous time
   * step.
   */
  async function protectedAccount() {
    const username = `careful-${(count += 1)}`;
    const client = await loggedIn(server.url, username);
    const { secret } = (await factor(client, 'begin')).body as SecondFactorSetup;
    const code = codeOf(secret, stepNow() - 1);
    const { body } = await factor(client, 'confirm', { code });
    return { username, client, secret, codes: (body as RecoveryCodes).codes };
  }

  it('is required at the next login, and a code works once', async () => {
    const { username, secret } = await protectedAccount();
    expect(await logIn(username)).toMatchObject({
      status: 401,
      error: { code: 'second_factor_required' },
    });
    const code = codeOf(secret, stepNow());
    expect((await logIn(username, '000000')).error?.code).toBe('wrong_code');
    expect((await logIn(username, code)).status).toBe(200);
    expect((await logIn(username, code)).error?.code).toBe('wrong_code');
  });

  it('is not revealed without the password', async () => {
    const { username, secret } = await protectedAccount();
    const answer = await logIn(username, codeOf(secret, stepNow()), 'a guess');
    expect(answer.error?.code).toBe('wrong_credentials');
  });

  it('admits only one of two concurrent logins with the same code', async () => {
    const { username, secret } = await protectedAccount();
    const code = codeOf(secret, stepNow());
    const answers = await Promise.all([logIn(username, code), logIn(username, code)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  it('is not enabled until a code is confirmed', async () => {
    const client = await loggedIn(server.url, 'undecided');
    const { uri } = (await factor(client, 'begin')).body as SecondFactorSetup;
    expect(uri).toMatch(/^otpauth:\/\/totp\/Onair:undecided\?secret=[A-Z2-7]{32}&issuer=Onair$/);
    expect((await factor(client, 'confirm', { code: '123456' })).error?.code).toBe('wrong_code');
    expect((await logIn('undecided')).status).toBe(200);
    expect((await client.get('/api/account/security')).body).toMatchObject({ secondFactor: false });
  });

  it('is set up and disabled only by its owner', async () => {
    const { client, username, secret, codes } = await protectedAccount();
    for (const body of [{}, { password: 'a guess' }])
      for (const what of ['begin', 'disable', 'recovery-codes'])
        expect((await factor(client, what, body)).error?.code).toBe('wrong_password');
    const code = codeOf(secret, stepNow());
    const proof = { password: PASSWORD, code };
    expect((await factor(client, 'begin', proof)).error?.code).toBe('conflict');
    expect((await factor(client, 'confirm', { code: '123456' })).error?.code).toBe('conflict');
    const recovery = { password: PASSWORD, code: codes[0] };
    expect((await factor(client, 'disable', recovery)).status).toBe(204);
    expect((await logIn(username)).status).toBe(200);
  });

  it('is required for every action that a borrowed browser must not perform', async () => {
    const { client, username, codes } = await protectedAccount();
    const token = { name: 'a script', scopes: ['chat:read'], expiresInDays: null };
    const change = { current: PASSWORD, password: 'another fine battery' };
    const proof = { password: PASSWORD };
    const asks: [string, string, object, number][] = [
      ['POST', '/second-factor/recovery-codes', proof, 200],
      ['POST', '/tokens', { ...token, ...proof }, 201],
      ['PUT', '/password', change, 204],
      ['POST', '/second-factor/disable', { password: change.password }, 204],
    ];
    const send = ([method, path]: [string, string, object, number], body: object) =>
      client.request(method, `/api/account${path}`, { body });
    for (const ask of asks.filter(([, path]) => path !== '/second-factor/disable')) {
      expect((await send(ask, ask[2])).error?.code).toBe('second_factor_required');
      const wrong = await send(ask, { ...ask[2], code: 'aaaa-bbbb-cccc' });
      expect(wrong.error?.code).toBe('wrong_code');
    }
    const gone = await client.request('DELETE', '/api/account', { body: proof });
    expect(gone.error?.code).toBe('second_factor_required');
    const linked = await client.post('/api/account/provider', proof);
    expect(linked.error?.code).toBe('second_factor_required');
    // Each request needs its own code, because a code works only once.
    let [code, spare] = codes;
    for (const ask of asks) {
      const answer = await send(ask, { ...ask[2], code });
      expect([ask[1], answer.status]).toEqual([ask[1], ask[3]]);
      const { codes: renewed } = answer.body as Partial<RecoveryCodes>;
      if (renewed) [spare] = renewed;
      code = ask === asks[0] ? spare : undefined;
      if (ask === asks[0]) continue;
      const db = server.app.get(PrismaService);
      await db.recoveryCode.updateMany({ data: { usedAt: null } });
      code = spare;
    }
    expect((await logIn(username, undefined, change.password)).status).toBe(200);
  });

  it('limits code guesses by a logged-in client', async () => {
    onTestFinished(stopClock());
    const { client } = await protectedAccount();
    const guess = () => factor(client, 'disable', { password: PASSWORD, code: '000000' });
    const answers = await Promise.all(Array.from({ length: 15 }, guess));
    const codesOf = answers.map(({ error }) => error?.code);
    expect(codesOf.filter((code) => code === 'wrong_code').length).toBeLessThanOrEqual(10);
    expect((await guess()).status).toBe(429);
  });

  it('has recovery codes that work once each, until they are replaced', async () => {
    const { client, username, codes } = await protectedAccount();
    const [first = '', second = ''] = codes;
    expect(codes).toHaveLength(10);
    expect((await logIn(username, first.toUpperCase())).status).toBe(200);
    expect((await logIn(username, first)).error?.code).toBe('wrong_code');
    const security = async () => (await client.get('/api/account/security')).body;
    expect(await security()).toMatchObject({ secondFactor: true, recoveryCodesLeft: 9 });
    const proof = { password: PASSWORD, code: codes[2] };
    const renewed = (await factor(client, 'recovery-codes', proof)).body as RecoveryCodes;
    expect((await logIn(username, second)).error?.code).toBe('wrong_code');
    expect((await logIn(username, renewed.codes[0])).status).toBe(200);
  });

  it('stores neither its key nor its codes in plain text', async () => {
    const { secret, codes } = await protectedAccount();
    const db = server.app.get(PrismaService);
    const rows = [await db.account.findMany(), await db.recoveryCode.findMany()];
    const text = JSON.stringify(rows);
    const key = Buffer.from(bytesOf(secret));
    const stored = (await db.account.findMany()).map(({ totpSecret }) => totpSecret ?? []);
    for (const seen of [secret, codes[0] ?? '', key.toString('base64url'), key.toString('hex')])
      expect(text).not.toContain(seen);
    for (const bytes of stored) expect(Buffer.from(bytes).includes(key)).toBe(false);
  });

  it('limits code guesses', async () => {
    onTestFinished(stopClock());
    const { username } = await protectedAccount();
    let answer = await logIn(username, '000000');
    for (let tries = 0; tries < 20 && answer.status === 401; tries += 1)
      answer = await logIn(username, '000000');
    expect(answer).toMatchObject({ status: 429, error: { code: 'rate_limited' } });
  });
});
