import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { BroadcastDirectory } from '../broadcast/directory.js';
import { ChannelService } from '../channels/channel.service.js';
import { NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { DomainError } from '../common/domain-error.js';
import { CONFIG, type Config } from '../config/config.js';
import {
  type NewRestreamTarget,
  RestreamStatus,
  type RestreamTarget,
  type RestreamTargetChange,
} from '../protocol/restream.js';
import { Secrets } from '../secrets/secrets.js';
import { keyReceiver, restreamProtocol } from '../protocol/restream-protocol.js';
import { RestreamDialer } from './restream-dialer.js';
import { RestreamRepository, type StoredTarget } from './restream.repository.js';
import { Restreams } from './restreams.js';
import { sealKey, sealPassphrase } from './target-keys.js';

const STATUSES = 'restream-statuses';
/** `isChanged` means that the targets have changed, and requests the statuses after the change. */
const StatusesRequest = z.object({ channelId: z.uuid(), isChanged: z.boolean().default(false) });
type StatusesRequest = z.output<typeof StatusesRequest>;
const Statuses = z.record(z.string(), RestreamStatus).nullable();

const OFF: RestreamStatus = { state: 'off', problem: null, reason: '', bitrateBps: null };

/** A channel and the calling account. */
export type Owned = Readonly<{ channel: string; accountId: string }>;

/**
 * Manages a channel's restream targets for its owner. All methods can reject with
 * `channel_not_found` and `forbidden`.
 */
@Injectable()
export class RestreamService implements OnModuleInit {
  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly repository: RestreamRepository,
    private readonly channels: ChannelService,
    private readonly restreams: Restreams,
    private readonly dialer: RestreamDialer,
    private readonly secrets: Secrets,
    private readonly directory: BroadcastDirectory,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.calls.answer(STATUSES, (body) => this.#statusesHere(StatusesRequest.parse(body)));
  }

  async list(owned: Owned): Promise<RestreamTarget[]> {
    const channelId = await this.#channelId(owned);
    const targets = await this.repository.list(channelId);
    const isAnyOn = targets.some(({ enabled }) => enabled);
    const statuses = isAnyOn ? await this.#statuses({ channelId, isChanged: false }) : {};
    return targets.map((target) => view(target, statuses[target.id]));
  }

  /**
   * @throws {DomainError} `restream_limit`; `bad_request` for an address that is not public, or keys
   *   that don't suit its protocol
   */
  async add(owned: Owned, { name, url, ...keys }: NewRestreamTarget): Promise<RestreamTarget> {
    const channelId = await this.#channelId(owned);
    this.#assertAllowed(url);
    assertSuitable(url, keys);
    const id = randomUUID();
    const max = this.config.restream.targetsMax;
    const key = sealKey(this.secrets, id, keys.key);
    const passphrase = sealPassphrase(this.secrets, id, keys.passphrase ?? null);
    const added = await this.repository.add({ id, channelId, name, url, key, passphrase }, max);
    if (added === null) throw limitReached(max);
    return this.#applied(channelId, added);
  }

  /**
   * Changes a target, or turns it on or off, even during a broadcast.
   * @throws {DomainError} `restream_not_found`; `bad_request` for an address that is not public, if
   *   a key for another server is missing, or for keys that don't suit the protocol
   */
  async change(owned: Owned, id: string, change: RestreamTargetChange): Promise<RestreamTarget> {
    const channelId = await this.#channelId(owned);
    const before = await this.repository.find(channelId, id);
    if (before === null) throw notFound();
    const { name, enabled, key, url = before.url } = change;
    if (url !== before.url) this.#assertAllowed(url);
    const isMoved = keyReceiver(url) !== keyReceiver(before.url);
    if (isMoved) assertKeysAgain(before, { ...change, url });
    // The old passphrase was meant for the old server.
    const passphrase = change.passphrase ?? (isMoved ? null : change.passphrase);
    assertSuitable(url, { key, passphrase });
    // What the change doesn't contain may be changed by another request at this moment.
    const changed = await this.repository.change(before, {
      url,
      ...(name !== undefined && { name }),
      ...(enabled !== undefined && { enabled }),
      ...(key !== undefined && { key: sealKey(this.secrets, id, key) }),
      ...(passphrase !== undefined && {
        passphrase: sealPassphrase(this.secrets, id, passphrase),
      }),
    });
    if (changed === null) throw notFound();
    return this.#applied(channelId, changed);
  }

  /** Removes a target; does nothing if it does not exist. */
  async remove(owned: Owned, id: string): Promise<void> {
    const channelId = await this.#channelId(owned);
    await this.repository.remove(channelId, id);
    this.restreams.targetsChanged(channelId);
  }

  /** Applies a change, and resolves with the target and its status after the change. */
  async #applied(channelId: string, target: StoredTarget): Promise<RestreamTarget> {
    this.restreams.targetsChanged(channelId);
    const statuses = await this.#statuses({ channelId, isChanged: true });
    return view(target, statuses[target.id]);
  }

  /** Resolves with the statuses from the node that runs the broadcast; empty if unreachable. */
  async #statuses(request: StatusesRequest): Promise<Record<string, RestreamStatus>> {
    const here = await this.#statusesHere(request);
    const remote = here ? null : this.directory.find(request.channelId);
    if (!remote) return here ?? {};
    const answer = await this.calls.call(remote.nodeId, STATUSES, request).catch(() => null);
    return Statuses.parse(answer) ?? {};
  }

  async #statusesHere({ channelId, isChanged }: StatusesRequest) {
    // The other node's call may arrive before its message about the change.
    if (isChanged) await this.restreams.reload(channelId);
    return this.restreams.statuses(channelId);
  }

  /** @throws {DomainError} `bad_request` */
  #assertAllowed(url: string): void {
    const message = this.dialer.objection(url);
    if (message !== null) throw badField('url', message);
  }

  async #channelId({ channel: name, accountId }: Owned): Promise<string> {
    const channel = await this.channels.get(name);
    if (channel.ownerId === accountId) return channel.id;
    throw new DomainError('forbidden', 'This channel belongs to another account.');
  }
}

type Keys = Readonly<{ key?: string | undefined; passphrase?: string | null | undefined }>;

/** @throws {DomainError} `bad_request` for keys that no server of this protocol accepts */
function assertSuitable(url: string, { key, passphrase }: Keys): void {
  if (restreamProtocol(url) === 'srt') return;
  if (key === '') throw badField('key', 'enter the stream key or token');
  if (typeof passphrase === 'string')
    throw badField('passphrase', 'only SRT servers have a passphrase');
}

/**
 * Checks that a change to another server contains the keys for it.
 * @throws {DomainError} `bad_request`
 */
function assertKeysAgain(
  { hasPassphrase }: StoredTarget,
  { url, key, passphrase }: Keys & Readonly<{ url: string }>,
): void {
  // Otherwise, whoever holds an API token could have the stored key sent to a server of their own.
  if (key === undefined)
    throw badField('key', 'enter the stream key or token again, because the address has changed');
  // The stored passphrase is for the old server only, and encryption must not end unnoticed.
  if (hasPassphrase && passphrase === undefined && restreamProtocol(url) === 'srt')
    throw badField(
      'passphrase',
      'enter the passphrase again, or null to send without encryption, because the address has changed',
    );
}

function badField(path: string, message: string): DomainError {
  return new DomainError('bad_request', `${path}: ${message}`, { issues: [{ path, message }] });
}

function notFound(): DomainError {
  return new DomainError('restream_not_found', 'This channel has no such restream target.');
}

function limitReached(max: number): DomainError {
  const message =
    max === 0
      ? 'The administrator has turned restreaming off.'
      : `A channel can have up to ${max} restream targets. Remove one to add another.`;
  return new DomainError('restream_limit', message);
}

function view(
  { createdAt, ...target }: StoredTarget,
  status: RestreamStatus = OFF,
): RestreamTarget {
  return { ...target, createdAt: createdAt.toISOString(), status };
}
