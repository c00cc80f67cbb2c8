import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { isPublicAddress } from './public-address.js';

/** From the first packet to the answer's headers. */
const TIMEOUT_MS = 10_000;
/** What a receiver answers is not read; past this much the connection is cut. */
const ANSWER_MAX_BYTES = 64 * 1024;

/** What to send where. */
export type Post = Readonly<{
  url: string;
  body: string;
  headers: Readonly<Record<string, string>>;
}>;

/** What came of it: the receiver's status, or why there is none, in words that tell nothing of our network. */
export type Sent =
  | Readonly<{ status: number; error: string }>
  | Readonly<{ status: null; error: string }>;

/** Which addresses may be connected to. */
@Injectable()
export class AddressRule {
  isAllowed(address: string): boolean {
    return isPublicAddress(address);
  }
}

/** The host has no address that may be connected to. Also when it has none at all: the difference is nobody's business. */
class NoPublicAddress extends Error {}

/**
 * Posts to addresses that strangers chose. The address that is connected to is the one that was
 * checked: names are resolved once, by the connection itself. Redirects are not followed, proxies not
 * used, connections not kept.
 */
@Injectable()
export class WebhookSender {
  readonly #rule: AddressRule;

  constructor(rule: AddressRule) {
    this.#rule = rule;
  }

  /** Never rejects. */
  async post(post: Post): Promise<Sent> {
    try {
      const status = await this.#send(post);
      return { status, error: status >= 200 && status < 300 ? '' : sentenceOf(status) };
    } catch (error) {
      return { status: null, error: reasonOf(error) };
    }
  }

  /** Whether the address could be connected to, as far as can be said without asking for its name. */
  mayBe(url: string): boolean {
    const host = hostOf(new URL(url));
    return isIP(host) === 0 || this.#rule.isAllowed(host);
  }

  #send({ url: text, body, headers }: Post): Promise<number> {
    const url = new URL(text);
    const host = hostOf(url);
    // A number needs no look-up, so the connection would not ask.
    if (isIP(host) !== 0 && !this.#rule.isAllowed(host))
      return Promise.reject(new NoPublicAddress());
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

  /** Resolves a name to those of its addresses that may be connected to. */
  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error ? [] : addresses.filter(({ address }) => this.#rule.isAllowed(address));
      const [first] = allowed;
      if (first === undefined) return callback(new NoPublicAddress(), '');
      return options.all === true
        ? callback(null, allowed satisfies LookupAddress[])
        : callback(null, first.address, first.family);
    });
  };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Reads a little, so that the receiver sees a proper end, and no more. */
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

function reasonOf(error: unknown): string {
  if (error instanceof NoPublicAddress) return 'Its host has no public address.';
  if (!(error instanceof Error)) return 'It could not be reached.';
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return 'It did not answer in 10 seconds.';
  const code = 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|TLS|SSL|ALTNAME|UNABLE_TO/.test(code))
    return 'Its certificate is not valid.';
  return 'It could not be reached.';
}
