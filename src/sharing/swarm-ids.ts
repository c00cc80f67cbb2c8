import { createHash } from 'node:crypto';
import { type ChannelAccess, isProtected } from '../access/access-policy.js';
import type { Secrets } from '../secrets/secrets.js';

const epochs = new WeakMap<ChannelAccess, string>();

/**
 * Returns a text that changes whenever someone can lose access to a channel: with its visibility,
 * its password, and the lists of its members, moderators and banned viewers. It is the same on all
 * nodes.
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
 * Returns the id of the swarms of a run. Only this server can compute it. Another run, another
 * channel or another epoch of access has another id.
 */
export function swarmIdOf(secrets: Secrets, access: ChannelAccess, run: string): string {
  return secrets.sign('swarm', JSON.stringify([access.id, run, accessEpoch(access)]));
}

/**
 * Returns the info hash with which p2p-media-loader-core 2 announces a rendition: 15 bytes of a
 * SHA-1 in base64, as 20 characters. Video renditions are its main streams, audio renditions its
 * secondary ones.
 */
export function infoHashOf(swarm: string, rendition: string): string {
  const type = rendition.startsWith('video-') ? 'main' : 'secondary';
  const text = `v2-${swarm}-${type}-${rendition}`;
  return createHash('sha1').update(text).digest().subarray(0, 15).toString('base64');
}
