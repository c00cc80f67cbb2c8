import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, type Person, register } from '../support/people.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';
import { useStage } from '../support/fixtures/use-stage.js';

/** Texts that would run as code if a page treated text as markup, each in a different context. */
const PAYLOADS = [
  '<img src=x onerror=pwned=1>',
  '"><svg onload=pwned=1>',
  '</script><script>pwned=1</script>',
  "'-pwned=1-'",
  'javascript:pwned=1',
  '{{pwned=1}}${pwned=1}',
  '<a href="javascript:pwned=1">a</a>',
  '<iframe srcdoc="<script>parent.pwned=1</script>">',
  '<style>*{background:url(//evil.example)}</style>',
  '<base href=//evil.example>',
  '<meta http-equiv=refresh content=0;url=//evil.example>',
  '<!--<script>pwned=1',
] as const;
/** Chat messages, including texts that become links. */
const MESSAGES = [
  ...PAYLOADS,
  'https://evil.example/"onmouseover="pwned=1',
  "https://evil.example/'><img src=x onerror=pwned=1>",
  'javascript://evil.example/%0apwned=1',
  'https://evil.example/javascript:pwned=1',
  'data:text/html,<script>pwned=1</script>',
  '@<img src=x onerror=pwned=1> :<svg/onload=pwned=1>:',
];

/** Runs in pages, and is a string because these files have no browser types. */
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation',
  (event) => reportViolation('violation ' + event.violatedDirective + ' ' + event.blockedURI));`;
const ADDRESSES = `[...document.querySelectorAll('[href], [action], [src]')].flatMap((element) =>
  ['href', 'action', 'src'].map((name) => element.getAttribute(name) ?? ''))`;
const HANDLERS = `[...document.querySelectorAll('*')].flatMap((element) =>
  element.getAttributeNames().filter((name) => name.startsWith('on')))`;
const TRAP = `{
  const script = document.createElement('script');
  script.textContent = 'globalThis.pwned = 1';
  document.body.append(script);
  document.body.insertAdjacentHTML('beforeend', '<img src="https://evil.example/a.png">');
  document.body.insertAdjacentHTML('beforeend', '<b onclick="pwned=1" id="trap">trap</b>');
}`;

const stage = useStage();
let owner: Person;
let admin: Person;
const sockets: ClientSocket[] = [];
const cut = (text: string, length: number) => text.slice(0, length);

/** Enters every payload into every text field that a person can fill in. */
async function enterEverything(): Promise<void> {
  const { url } = stage.server;
  await api(url, owner, 'POST', '/channels', {
    name: 'tea',
    title: PAYLOADS.join(' ').slice(0, 140),
  });
  await api(url, owner, 'PATCH', '/account', { displayName: cut(PAYLOADS[0], 40) });
  await api(url, owner, 'POST', '/account/tokens', {
    name: cut(PAYLOADS[1], 60),
    scopes: ['chat:read'],
    expiresInDays: null,
    password: 'correct horse battery',
  });
  await api(url, owner, 'POST', '/channels/tea/webhooks', {
    url: 'https://evil.example/?"><script>pwned=1</script>',
    events: ['broadcast.live'],
  });
  for (const [index, title] of PAYLOADS.slice(0, 4).entries())
    await api(url, owner, 'POST', '/channels', { name: `tea-${index}`, title });
  await chat();
}

async function chat(): Promise<void> {
  const { url } = stage.server;
  const channel = 'tea';
  const host = await openSocket(url, { cookie: owner.cookie });
  sockets.push(host);
  await request(host, 'chat:join', { channel });
  let last = 0;
  for (const [index, text] of MESSAGES.entries()) {
    const guest = await openSocket(url);
    sockets.push(guest);
    await request(guest, 'chat:join', { channel });
    const sent = await request(guest, 'chat:send', {
      channel,
      nonce: randomUUID(),
      text,
      // Nothing else is accepted as a guest name.
      guestName: `guest ${index}`,
      ...(last === 0 ? {} : { replyToSeq: last }),
    });
    last = sent.seq;
  }
  await request(host, 'chat:pin', { channel, seq: last });
  await request(host, 'chat:delete', { channel, seq: 1, reason: PAYLOADS[0] } as never).catch(() =>
    request(host, 'chat:delete', { channel, seq: 1 }),
  );
  await request(host, 'chat:change-settings', {
    channel,
    blockedWords: PAYLOADS.map((payload) => cut(payload, 20)),
  }).catch(() => undefined);
}

beforeAll(async () => {
  const { url } = stage.server;
  owner = await register(url, 'owner');
  admin = await register(url, 'visitor');
  await enterEverything();
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
});

/** A page, and the violations in it while it was open. */
type Watched = { page: Page; bad: string[] };

async function watched(person: Person | null, path: string): Promise<Watched> {
  const page = await stage.visit('/healthz');
  const bad: string[] = [];
  page.on('dialog', (dialog) => {
    bad.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (sent) => {
    if (new URL(sent.url()).hostname.endsWith('evil.example')) bad.push(`request ${sent.url()}`);
  });
  await page.context().exposeFunction('reportViolation', (what: string) => bad.push(what));
  await page.addInitScript({ content: TELL_VIOLATIONS });
  for (const cookie of person?.cookie.split('; ') ?? []) {
    const [name = '', value = ''] = cookie.split('=');
    await page.context().addCookies([{ name, value, url: stage.server.url }]);
  }
  await page.goto(`${stage.server.url}${path}`);
  await page.locator('#app > *').first().waitFor();
  return { page, bad };
}

/** Moves the pointer and the focus over everything, as a person might. */
async function touchEverything(page: Page): Promise<void> {
  for (const element of await page.locator('button:visible, [title]:visible, li:visible').all())
    await element.hover({ timeout: 500, trial: true }).catch(() => undefined);
}

async function expectHarmless({ page, bad }: Watched): Promise<void> {
  await touchEverything(page);
  expect(await page.evaluate("'pwned' in globalThis")).toBe(false);
  const hrefs: string[] = await page.evaluate(ADDRESSES);
  expect(hrefs.filter((href) => /^\s*(javascript|vbscript|data:text):?/i.test(href))).toEqual([]);
  const handlers: string[] = await page.evaluate(HANDLERS);
  expect(handlers).toEqual([]);
  expect(bad).toEqual([]);
}

describe('a text that somebody enters', () => {
  it('would be detected if it ran: a test of the detector', async () => {
    const { page, bad } = await watched(null, '/tea');
    await page.evaluate(TRAP);
    await page.locator('#trap').dispatchEvent('click');
    await expect.poll(() => bad.join()).toMatch(/script-src-elem inline[^]*img-src https:\/\/evil/);
    await expect.poll(() => bad.join()).toMatch(/script-src-attr inline/);
    // The policy blocked the code: it was detected, and did not run.
    expect(await page.evaluate("'pwned' in globalThis")).toBe(false);
    // The deliberate violation isn't an error of this page.
    await expect(stage.clear(false)).rejects.toThrow(/errors thrown in pages/);
  });

  it.each([
    ['a visitor', '/'],
    ['a visitor', '/tea'],
    ['a visitor', '/embed/tea'],
    ['a visitor', '/tea-0'],
    ['the owner', '/tea'],
    ['the owner', '/studio'],
    ['the owner', '/account'],
    ['another account', '/tea'],
  ])('is treated as text by %s at %s', async (who, path) => {
    const person = { 'a visitor': null, 'the owner': owner, 'another account': admin }[who] ?? null;
    const seen = await watched(person, path);
    await expect
      .poll(() => seen.page.evaluate<string>('document.body.innerText'))
      .toMatch(path === '/account' || path === '/embed/tea' ? /\w/ : /pwned/);
    await expectHarmless(seen);
  });

  it.each([
    '/login?next=javascript:pwned=1',
    '/login?next=//evil.example',
    '/login?next=https://evil.example/',
    '/register?next=%22%3E%3Cscript%3Epwned=1%3C/script%3E',
    '/%3Cscript%3Epwned=1%3C%2Fscript%3E',
    '/tea?a=%3Cimg%20src=x%20onerror=pwned=1%3E#%3Cimg%20src=x%20onerror=pwned=1%3E',
    '/nobody-%22onload=%22pwned=1',
  ])('is treated as text in a URL: %s', async (path) => {
    const seen = await watched(null, path);
    await expectHarmless(seen);
    expect(new URL(seen.page.url()).origin).toBe(stage.server.url);
  });

  it('never causes a redirect elsewhere after login', async () => {
    for (const next of [
      '//evil.example',
      'https://evil.example/',
      '/\\evil.example',
      'javascript:pwned=1',
    ]) {
      const seen = await watched(null, `/login?next=${encodeURIComponent(next)}`);
      const { page } = seen;
      await page.getByLabel('Username').fill('owner');
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await page.getByRole('button', { name: 'Log in' }).last().click();
      await page.waitForURL((url) => url.pathname !== '/login');
      expect(new URL(page.url()).origin).toBe(stage.server.url);
      await expectHarmless(seen);
    }
  });
});
