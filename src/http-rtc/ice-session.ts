import { z } from 'zod';
import { DomainError } from '../common/domain-error.js';
import type { IceParameters, TransportOptions } from '../protocol/rtc.js';
import { matchEntityTag, newEntityTag } from './entity-tag.js';
import { type IceCredentials, parseSdpFragment, writeSdpFragment } from './sdp-fragment.js';

/** The parts of the server's transport that ICE needs. */
type IceEnd = {
  readonly transport: Pick<TransportOptions, 'iceCandidates'>;
  restartIce(): Promise<IceParameters>;
};

/** The response to a PATCH: 200 with a fragment after a restart, otherwise 204. */
export const IcePatched = z.object({
  restarted: z.object({ etag: z.string(), body: z.string() }).nullable(),
});
export type IcePatched = Readonly<z.output<typeof IcePatched>>;

/** A PATCH with an ICE fragment. */
export const IcePatch = z.object({ ifMatch: z.string().optional(), fragment: z.string() });
export type IcePatch = Readonly<{ ifMatch?: string | undefined; fragment: string }>;

/** The ICE state of a WHIP (RFC 9725) or WHEP resource, which PATCH requests change. */
export class IceSession {
  readonly #end: IceEnd;
  #remote: IceCredentials | null;
  #etag = newEntityTag();

  /** @param remote the credentials in the client's description; null until it has sent one */
  constructor(end: IceEnd, remote: IceCredentials | null) {
    this.#end = end;
    this.#remote = remote;
  }

  /** The entity tag of the current session, strong and quoted. */
  get etag(): string {
    return this.#etag;
  }

  /** Sets the credentials once the client's description arrives. */
  setRemote(remote: IceCredentials): void {
    this.#remote = remote;
  }

  /**
   * Handles a fragment, which contains either the client's candidates or new credentials that
   * restart ICE. Candidates require no action, because an ICE-lite server learns the client's
   * address from its connectivity checks.
   * @throws {DomainError} `precondition_required` (428), `precondition_failed` (412),
   *   `bad_request`, `media_refused` (422)
   */
  async patch({ ifMatch, fragment: text }: IcePatch): Promise<IcePatched> {
    const match = matchEntityTag(ifMatch, this.#etag);
    const fragment = parseSdpFragment(text);
    const { credentials } = fragment;
    if (match === 'any' && credentials === null)
      throw new DomainError(
        'media_refused',
        'An ICE restart requires a new ice-ufrag and ice-pwd in the fragment.',
      );
    if (credentials === null || this.#isCurrent(credentials)) return { restarted: null };
    const iceParameters = await this.#end.restartIce();
    this.#remote = credentials;
    this.#etag = newEntityTag();
    // Only the best address is sent. A restart doesn't change the addresses, and the client written
    // by the RFC's author joins multiple candidates into one line, which no browser can parse.
    const iceCandidates = this.#end.transport.iceCandidates
      .toSorted((one, other) => other.priority - one.priority)
      .slice(0, 1);
    const body = writeSdpFragment(fragment, { iceParameters, iceCandidates });
    return { restarted: { etag: this.#etag, body } };
  }

  #isCurrent({ usernameFragment, password }: IceCredentials): boolean {
    return (
      this.#remote?.usernameFragment === usernameFragment && this.#remote.password === password
    );
  }
}
