import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AddressRule, NoAllowedAddress } from '../security/destinations/address-rule.js';
import { RestreamError } from './restream-problem.js';

/** The maximum time to connect to a server. */
const TIMEOUT_MS = 10_000;
const RTMP_PORT = 1_935;
/** The port for RTMPS and HTTPS. */
const TLS_PORT = 443;

/** Connects to servers that users choose, subject to the same rules as webhooks. */
@Injectable()
export class RestreamDialer {
  constructor(private readonly rule: AddressRule) {}

  /** Returns what is wrong with a URL, as far as can be determined without DNS; null if nothing. */
  objection(text: string): string | null {
    const { host, port } = placeOf(text);
    if (isIP(host) !== 0 && !this.rule.isAllowed(host)) return 'must be a public address';
    if (!this.rule.isPortAllowed(port))
      return 'must use port 80, 443, or one above 1023 that databases and similar services don’t use';
    return null;
  }

  /** Whether media may be sent to an address that a server specified. */
  isAllowed({ address, port }: Readonly<{ address: string; port: number }>): boolean {
    return this.rule.isAllowed(address) && this.rule.isPortAllowed(port);
  }

  /**
   * Connects to a server. As with webhooks, an unreachable server isn't reported until ten seconds
   * later, whatever the reason, so that restreams can't be used to scan networks.
   * @throws {RestreamError}
   */
  async dial(text: string, signal: AbortSignal): Promise<Socket> {
    return this.#reach(text, signal, (place) => this.#connect({ ...place, signal }));
  }

  /**
   * Resolves the host of a server that is reached over UDP to an address. As in {@link dial}, a
   * failure isn't reported until ten seconds later.
   * @throws {RestreamError}
   */
  async resolve(text: string, signal: AbortSignal): Promise<string> {
    return this.#reach(text, signal, ({ host }) => (isIP(host) === 0 ? this.#lookUp(host) : host));
  }

  async #reach<Reached>(
    text: string,
    signal: AbortSignal,
    reach: (place: Place) => Promise<Reached> | Reached,
  ): Promise<Reached> {
    const place = placeOf(text);
    const silence = wait(TIMEOUT_MS, undefined, { signal, ref: false });
    silence.catch(() => undefined);
    try {
      if (!this.rule.isPortAllowed(place.port)) throw new RestreamError('address_refused');
      await this.rule.assertAllowed(place.host);
      return await reach(place);
    } catch (error) {
      const known = knownReason(error);
      if (known) throw known;
      await silence.catch(() => undefined);
      throw new RestreamError('unreachable');
    }
  }

  /** Prefers an IPv4 address, because SRT has no fallback if there is no IPv6 route. */
  async #lookUp(host: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.rule.lookup(host, { all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [] : found;
      const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
      if (error || !chosen) reject(error ?? new NoAllowedAddress());
      else resolve(chosen.address);
    });
    return promise;
  }

  async #connect({
    host,
    port,
    isTls,
    signal,
  }: Place & Readonly<{ signal: AbortSignal }>): Promise<Socket> {
    const { lookup } = this.rule;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls
      ? connectTls({ host, port, lookup, ...servername })
      : connectTcp({ host, port, lookup });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      await once(socket, isTls ? 'secureConnect' : 'connect', { signal: limit });
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      throw error;
    }
    return socket.setNoDelay(true);
  }
}

type Place = Readonly<{ host: string; port: number; isTls: boolean }>;

function placeOf(text: string): Place {
  const { hostname, port, protocol } = new URL(text);
  const isTls = protocol !== 'rtmp:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? TLS_PORT : RTMP_PORT) : Number(port),
    isTls,
  };
}

/** Returns a reason that can be reported immediately; null for an unreachable server. */
function knownReason(error: unknown): RestreamError | null {
  if (error instanceof RestreamError) return error;
  if (error instanceof NoAllowedAddress) return new RestreamError('address_refused');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)
    ? new RestreamError('certificate_invalid')
    : null;
}
