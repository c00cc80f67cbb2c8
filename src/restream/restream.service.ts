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
import { RestreamDialer } from './restream-dialer.js';
import { RestreamRepository, type StoredTarget } from './restream.repository.js';
import { Restreams } from './restreams.js';

const STATUSES = 'restream-statuses';
const StatusesRequest = z.object({ channelId: z.uuid() });
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
    this.calls.answer(STATUSES, (body) =>
      this.restreams.statuses(StatusesRequest.parse(body).channelId),
    );
  }

  async list(owned: Owned): Promise<RestreamTarget[]> {
    const channelId = await this.#channelId(owned);
    const targets = await this.repository.list(channelId);
    const statuses = targets.some(({ enabled }) => enabled) ? await this.#statuses(channelId) : {};
    return targets.map((target) => view(target, statuses[target.id]));
  }

  /** @throws {DomainError} `restream_limit`; `bad_request` for an address that is not public */
  async add(owned: Owned, { name, url, key }: NewRestreamTarget): Promise<RestreamTarget> {
    const channelId = await this.#channelId(owned);
    const message = this.dialer.objection(url);
    if (message !== null)
      throw new DomainError('bad_request', `url: ${message}`, {
        issues: [{ path: 'url', message }],
      });
    const id = randomUUID();
    const sealed = new Uint8Array(Buffer.from(this.secrets.seal('restream', key, id)));
    const max = this.config.restream.targetsMax;
    const added = await this.repository.add({ id, channelId, name, url, key: sealed }, max);
    if (added === null) throw limitReached(max);
    this.restreams.targetsChanged(channelId);
    return view(added);
  }

  /**
   * Switches a target on or off, even during a broadcast.
   * @throws {DomainError} `restream_not_found`
   */
  async change(
    owned: Owned,
    id: string,
    { enabled }: RestreamTargetChange,
  ): Promise<RestreamTarget> {
    const channelId = await this.#channelId(owned);
    const changed = await this.repository.setEnabled(channelId, id, enabled);
    if (changed === null)
      throw new DomainError('restream_not_found', 'This channel has no such restream target.');
    this.restreams.targetsChanged(channelId);
    return view(changed);
  }

  /** Removes a target; does nothing if it does not exist. */
  async remove(owned: Owned, id: string): Promise<void> {
    const channelId = await this.#channelId(owned);
    await this.repository.remove(channelId, id);
    this.restreams.targetsChanged(channelId);
  }

  /** Resolves with the statuses from the node that runs the broadcast; empty if unreachable. */
  async #statuses(channelId: string): Promise<Record<string, RestreamStatus>> {
    const here = this.restreams.statuses(channelId);
    const remote = here ? null : this.directory.find(channelId);
    if (!remote) return here ?? {};
    const answer = await this.calls.call(remote.nodeId, STATUSES, { channelId }).catch(() => null);
    return Statuses.parse(answer) ?? {};
  }

  async #channelId({ channel: name, accountId }: Owned): Promise<string> {
    const channel = await this.channels.get(name);
    if (channel.ownerId === accountId) return channel.id;
    throw new DomainError('forbidden', 'This channel belongs to another account.');
  }
}

function limitReached(max: number): DomainError {
  const message =
    max === 0
      ? 'The administrator has turned restreaming off.'
      : `A channel can have up to ${max} restream targets. Remove one to add another.`;
  return new DomainError('restream_limit', message);
}

function view(
  { id, name, url, enabled, createdAt }: StoredTarget,
  status: RestreamStatus = OFF,
): RestreamTarget {
  return { id, name, url, enabled, createdAt: createdAt.toISOString(), status };
}
