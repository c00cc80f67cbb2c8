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
  /** When its latest broadcast ended; null if it had none. */
  lastLiveAt: Date | null;
}>;
