import type { Visibility } from '../protocol/access.js';

/** A durable, named place that an account owns. */
export type Channel = Readonly<{
  id: string;
  name: string;
  title: string;
  ownerId: string;
  ownerUsername: string;
  visibility: Visibility;
  createdAt: Date;
  /** The time at which the channel's latest broadcast ended; null if there was none. */
  lastLiveAt: Date | null;
}>;
