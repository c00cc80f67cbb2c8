import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { launchChromium } from './browser.js';
import { ServerProcess } from './server-process.js';

/** The password that every account uses. */
const PASSWORD = 'correct horse battery';

/** The timeout for any step on a busy machine. */
export const WAIT = { timeout: 60_000 };

type VisitOptions = {
  /** An alternative URL for the server, such as a proxy's. */
  url?: string;
  viewport?: { width: number; height: number };
  /** Scripts that run in the page before its own code. */
  initScripts?: readonly string[];
  /** Whether {@link Stage.clear} leaves the page open, so that several tests can share it. */
  lasting?: boolean;
};

/** A server, and a browser with its visitors. */
export class Stage {
  readonly server: ServerProcess;
  readonly #browser: Browser;
  readonly #contexts = new Set<BrowserContext>();
  readonly #errors: string[] = [];

  private constructor(server: ServerProcess, browser: Browser) {
    this.server = server;
    this.#browser = browser;
  }

  static async open(env: Record<string, string> = {}): Promise<Stage> {
    const [server, browser] = await Promise.all([ServerProcess.start(env), launchChromium()]);
    return new Stage(server, browser);
  }

  /** Opens a page as a new visitor. */
  async visit(path: string, options: VisitOptions = {}): Promise<Page> {
    return this.#open(await this.#visitor(path, options), path, options);
  }

  /** Opens a page as a visitor with a new account. */
  async member(name: string, path: string, options: VisitOptions = {}): Promise<Page> {
    const context = await this.#visitor(path, options);
    await this.#post(context, '/auth/register', { username: name, password: PASSWORD }, options);
    return this.#open(context, path, options);
  }

  /** Opens a page as the owner of a new channel of the same name. */
  async owner(name: string, path: string, options: VisitOptions = {}): Promise<Page> {
    const context = await this.#visitor(path, options);
    await this.#post(context, '/auth/register', { username: name, password: PASSWORD }, options);
    await this.#post(context, '/channels', { name, title: '' }, options);
    return this.#open(context, path, options);
  }

  /** Creates a channel with an owner of the same name, and opens its studio. */
  async studioOf(name: string, options: VisitOptions = {}): Promise<Page> {
    const page = await this.owner(name, '/studio', options);
    await page.getByRole('button', { name: 'Go live' }).waitFor();
    return page;
  }

  /** Creates a channel as {@link studioOf} does, and goes live. */
  async goLive(name: string, options: VisitOptions = {}): Promise<Page> {
    const page = await this.studioOf(name, options);
    await page.getByRole('button', { name: 'Go live' }).click();
    await this.isInState(name, 'live');
    await page.getByRole('button', { name: 'End broadcast' }).first().waitFor();
    return page;
  }

  async #visitor(
    path: string,
    { viewport, initScripts, lasting = false }: VisitOptions,
  ): Promise<BrowserContext> {
    const context = await this.#browser.newContext({
      viewport: viewport ?? { width: 1280, height: 800 },
    });
    context.setDefaultTimeout(WAIT.timeout);
    if (!lasting) this.#contexts.add(context);
    context.on('close', () => this.#contexts.delete(context));
    context.on('weberror', (error) => this.#errors.push(`${path}: ${error.error().stack}`));
    context.on('console', (message) => {
      if (isViolation(message.text())) this.#errors.push(`${path}: ${message.text()}`);
    });
    for (const content of initScripts ?? []) await context.addInitScript({ content });
    return context;
  }

  async #open(context: BrowserContext, path: string, { url }: VisitOptions): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${url ?? this.server.url}${path}`);
    return page;
  }

  /** Sends a request to the API with the cookies of a visitor. */
  async #post(
    context: BrowserContext,
    path: string,
    data: object,
    { url }: VisitOptions,
  ): Promise<void> {
    const response = await context.request.post(`${url ?? this.server.url}/api${path}`, { data });
    if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
  }

  async channel(name: string): Promise<ChannelView> {
    const response = await fetch(`${this.server.url}/api/channels/${name}`);
    return (await response.json()) as ChannelView;
  }

  /**
   * Waits until the API reports this state for the channel's broadcast; null means no broadcast.
   */
  async isInState(name: string, state: 'live' | 'interrupted' | null): Promise<void> {
    await expect
      .poll(async () => (await this.channel(name)).broadcast?.state ?? null, WAIT)
      .toBe(state);
  }

  /**
   * Closes all pages that aren't lasting, and checks that none threw. Prints the server's output if
   * the test failed.
   */
  async clear(failed: boolean): Promise<void> {
    if (failed) process.stderr.write(`The server said:\n${this.server.output}\n`);
    await Promise.all([...this.#contexts].map((context) => context.close()));
    expect(this.#errors.splice(0), 'errors thrown in pages').toEqual([]);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
  }
}

/** Returns whether Chromium's message reports a violation of the page's policies. */
function isViolation(text: string): boolean {
  return /content security policy|permissions policy/i.test(text);
}

/**
 * Sends a chat message from a page whose visitor is allowed to chat. If the text is a command,
 * waits until it has taken effect; otherwise, other people's messages could overtake it.
 */
export async function say(page: Page, text: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill(text);
  await box.press('Enter');
  if (text.startsWith('/')) await expect.poll(() => box.inputValue(), WAIT).toBe('');
}
