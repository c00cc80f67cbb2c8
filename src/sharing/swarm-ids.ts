import { createHash } from 'node:crypto';
import { type ChannelAccess, isProtected } from '../access/access-policy.js';
import type { Secrets } from '../secrets/secrets.js';

const epochs = new WeakMap<ChannelAccess, string>();

/**
 * Returns a text that changes whenever someone could lose access to a channel, which is when its
 * visibility, its password, or its lists of members, moderators and banned viewers change. It is
 * the same on all nodes.
 */
export function accessEpoch(access: ChannelAccess): string {
  const known = epochs.get(access);
  if (known !== undefined) return known;
  const { version, visibility, members, moderators, banned } = access;
  const lists = isProtected(access)
    ? [members, moderators, banned].map((ids) => [...ids].toSorted())
    : [];
  const text = JSON.stringify([version, visibility, ...lists]);
  const epoch = createHash('sha256').update(text).digest('base64url');
  epochs.set(access, epoch);
  return epoch;
}

/**
 * Returns the id of a run's swarms. Only this server can compute it. It is different for every run,
 * channel and access epoch.
 */
export function swarmIdOf(secrets: Secrets, access: ChannelAccess, run: string): string {
  return secrets.sign('swarm', JSON.stringify([access.id, run, accessEpoch(access)]));
}

/**
 * Returns the info hash with which p2p-media-loader-core 2 announces a rendition: 15 bytes of a
 * SHA-1 in base64, as 20 characters. In its terms, video renditions are main streams and audio
 * renditions are secondary streams.
 */
export function infoHashOf(swarm: string, rendition: string): string {
  const type = rendition.startsWith('video-') ? 'main' : 'secondary';
  const text = `v2-${swarm}-${type}-${rendition}`;
  return createHash('sha1').update(text).digest().subarray(0, 15).toString('base64');
}
