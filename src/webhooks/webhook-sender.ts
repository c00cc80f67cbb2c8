import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AddressRule } from './address-rule.js';

/** The maximum time from the first packet to the headers of the response. */
const TIMEOUT_MS = 10_000;
/** The size of a response's body above which the connection is closed. The body is ignored. */
const ANSWER_MAX_BYTES = 64 * 1024;

const NO_ANSWER = 'The server is unreachable or did not respond within 10 seconds.';

/** A POST request to send. */
export type Post = Readonly<{
  url: string;
  body: string;
  headers: Readonly<Record<string, string>>;
}>;

/**
 * The outcome, which is the receiver's status or a reason that reveals nothing about this network.
 */
export type Sent =
  | Readonly<{ status: number; error: string }>
  | Readonly<{ status: null; error: string }>;

/**
 * Reports that the host has no allowed address or no address at all, which must be
 * indistinguishable.
 */
class NoAllowedAddress extends Error {}
/** Reports that webhooks can't connect to the port. */
class PortNotAllowed extends Error {}

/**
 * Posts to URLs chosen by users. The address that is checked is the one to which the request is
 * sent, because the name is resolved only once, by the connection itself. Redirects, proxies and
 * keep-alive aren't used. The result for a closed port is the same as for a firewalled one, after
 * the same time; otherwise webhooks could be used to scan networks.
 */
@Injectable()
export class WebhookSender {
  readonly #stopped = new AbortController();

  constructor(private readonly rule: AddressRule) {}

  /**
   * Sends a request. Never rejects. If there is no response, takes {@link TIMEOUT_MS} even if the
   * request fails sooner.
   */
  async post(post: Post): Promise<Sent> {
    const silence = wait(TIMEOUT_MS, undefined, { signal: this.#stopped.signal, ref: false });
    // Without this, aborting the wait would cause an unhandled rejection.
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

  /** Stops the waiting that makes all times equal. Must be called when the server stops. */
  stop(): void {
    this.#stopped.abort();
  }

  /**
   * Returns the reason why a URL isn't allowed, as far as that is known without resolving its name;
   * null if it is allowed.
   */
  objection(text: string): string | null {
    const url = new URL(text);
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.rule.isAllowed(host)) return 'must be a public address';
    if (!this.rule.isPortAllowed(portOf(url)))
      return 'must use port 80, 443, or one above 1023 that databases and similar services don’t use';
    return null;
  }

  async #send({ url: text, body, headers }: Post): Promise<number> {
    const url = new URL(text);
    const host = hostOf(url);
    if (!this.rule.isPortAllowed(portOf(url))) throw new PortNotAllowed();
    await this.rule.refresh();
    // A numeric address isn't resolved, so it wouldn't be checked when connecting.
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

/** Reads the body up to a limit, so that the receiver sees the connection close properly. */
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
    ? `The server responded with ${status}. Redirects are not followed; use the address it redirects to.`
    : `The server responded with ${status}.`;
}

/**
 * Returns a reason that can be reported immediately; null if the error must be reported as no
 * response, no matter what the reason was.
 */
function knownReason(error: unknown): string | null {
  if (error instanceof NoAllowedAddress) return 'The host has no public address.';
  if (error instanceof PortNotAllowed) return 'Webhooks can’t use this port.';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)
    ? 'The server’s certificate is invalid.'
    : null;
}
