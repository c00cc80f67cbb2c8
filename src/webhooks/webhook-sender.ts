import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AddressRule } from './address-rule.js';

/** From the first packet to the answer's headers. */
const TIMEOUT_MS = 10_000;
/** A response's body is ignored; beyond this size the connection is closed. */
const ANSWER_MAX_BYTES = 64 * 1024;

const NO_ANSWER = 'It could not be reached, or did not answer in 10 seconds.';

/** A request to send. */
export type Post = Readonly<{
  url: string;
  body: string;
  headers: Readonly<Record<string, string>>;
}>;

/** The outcome: the receiver's status, or a reason that reveals nothing about our network. */
export type Sent =
  | Readonly<{ status: number; error: string }>
  | Readonly<{ status: null; error: string }>;

/** The host has no allowed address, or no address at all: the difference must not be visible. */
class NoAllowedAddress extends Error {}
class PortNotAllowed extends Error {}

/**
 * Posts to URLs chosen by strangers. The address that was checked is the one connected to: the
 * connection itself resolves the name, once. Redirects, proxies and keep-alive are not used. A
 * closed port and a firewalled one give the same result after the same time; otherwise webhooks
 * could be used to scan networks.
 */
@Injectable()
export class WebhookSender {
  readonly #stopped = new AbortController();

  constructor(private readonly rule: AddressRule) {}

  /**
   * Sends a request. Never rejects. Takes {@link TIMEOUT_MS} when there is no response, even if
   * that is known sooner.
   */
  async post(post: Post): Promise<Sent> {
    const silence = wait(TIMEOUT_MS, undefined, { signal: this.#stopped.signal, ref: false });
    // It may be aborted while nobody awaits it.
    silence.catch(() => undefined);
    try {
      const status = await this.#send(post);
      return { status, error: status >= 200 && status < 300 ? '' : sentenceOf(status) };
    } catch (error) {
      const known = knownReason(error);
      if (known !== null) return { status: null, error: known };
      await silence.catch(() => undefined);
      return { status: null, error: NO_ANSWER };
    }
  }

  /** Aborts pure waiting when the service stops. */
  stop(): void {
    this.#stopped.abort();
  }

  /**
   * Returns why a URL is not allowed, as far as is known without resolving its name; null if it is.
   */
  objection(text: string): string | null {
    const url = new URL(text);
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.rule.isAllowed(host)) return 'a public address';
    if (!this.rule.isPortAllowed(portOf(url)))
      return 'port 80, 443, or one above 1023 that no database or the like uses';
    return null;
  }

  async #send({ url: text, body, headers }: Post): Promise<number> {
    const url = new URL(text);
    const host = hostOf(url);
    if (!this.rule.isPortAllowed(portOf(url))) throw new PortNotAllowed();
    await this.rule.refresh();
    // A numeric address is not looked up, so the connection would not check it.
    if (isIP(host) !== 0 && !this.rule.isAllowed(host)) throw new NoAllowedAddress();
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      lookup: this.#lookup,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      maxHeaderSize: 8 * 1024,
    };
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    request
      .on('response', (answer) => {
        resolve(answer.statusCode ?? 0);
        drain(answer);
      })
      .on('error', reject)
      .end(body);
    return promise;
  }

  /** Resolves a name to its allowed addresses. */
  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error ? [] : addresses.filter(({ address }) => this.rule.isAllowed(address));
      const [first] = allowed;
      if (first === undefined) return callback(new NoAllowedAddress(), '');
      return options.all === true
        ? callback(null, allowed satisfies LookupAddress[])
        : callback(null, first.address, first.family);
    });
  };
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Reads a little, so that the receiver sees a proper end of the connection. */
function drain(answer: IncomingMessage): void {
  let bytes = 0;
  answer
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ANSWER_MAX_BYTES) answer.destroy();
    })
    .on('error', () => answer.destroy());
}

function sentenceOf(status: number): string {
  return status >= 300 && status < 400
    ? `It answered ${status}: redirects are not followed. Give the address that it leads to.`
    : `It answered ${status}.`;
}

/**
 * A reason that may be reported at once; null: report that there was no response, whatever the
 * reason.
 */
function knownReason(error: unknown): string | null {
  if (error instanceof NoAllowedAddress) return 'Its host has no public address.';
  if (error instanceof PortNotAllowed) return 'Its port is not one that webhooks may use.';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code) ? 'Its certificate is not valid.' : null;
}
