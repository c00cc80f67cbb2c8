import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AddressRule, NoAllowedAddress } from '../security/destinations/address-rule.js';

/** The maximum time from the first packet to the headers of the response. */
const TIMEOUT_MS = 10_000;
/** The maximum size of a response's body, which is ignored. Beyond it, the connection is closed. */
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

/** Reports that webhooks aren't allowed to connect to the port. */
class PortNotAllowed extends Error {}

/**
 * Posts to URLs chosen by users. The request is sent to exactly the address that was checked,
 * because the name is resolved only once, by the connection itself. Redirects, proxies and
 * keep-alive aren't used. A closed port has the same result as a firewalled one, after the same
 * time; otherwise, webhooks could be used to scan networks.
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

  /** Ends the waits that make all failures equally slow. Must be called when the server stops. */
  stop(): void {
    this.#stopped.abort();
  }

  /**
   * Returns the reason why a URL isn't allowed, as far as can be determined without DNS; null if it
   * is allowed.
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
    await this.rule.assertAllowed(host);
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      lookup: this.rule.lookup,
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
    ? `The server responded with ${status}. Redirects are not followed; enter the address that it redirects to.`
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
