import type { NodeId } from '../cluster/cluster.js';

/** What a directory knows of the broadcast of a channel. */
export type KnownBroadcast = Readonly<{
  id: string;
  epoch: number;
  nodeId: NodeId;
  /** ISO 8601, by the clock of the node on which it started. */
  startedAt: string;
  /** Whether its owner sent a message lately. */
  wasHeard: boolean;
}>;

/** A message of an owner about its broadcast, or a row of the database. */
export type BroadcastNews = Readonly<{
  source: 'message' | 'row';
  id: string;
  epoch: number;
  /** Null, in a row only: its owner is stopping, and another node is about to take it. */
  nodeId: NodeId | null;
  startedAt: string;
}>;

/**
 * Whether news about a channel's broadcast replaces what is known. Messages can arrive late, and
 * rows are stored after the messages that say the same.
 * @param overEpoch the epoch up to which the broadcast of the news is over for this node; 0 if it
 *   isn't
 */
export function isNews(
  news: BroadcastNews,
  known: KnownBroadcast | null,
  overEpoch: number,
): boolean {
  if (news.epoch <= overEpoch) return false;
  if (news.id !== known?.id) return news.nodeId !== null && isLaterBroadcast(news, known);
  if (news.epoch !== known.epoch) return news.epoch > known.epoch;
  return news.source === 'message' || !known.wasHeard || news.nodeId !== known.nodeId;
}

/**
 * Whether another broadcast of the channel began after the known one. If its end isn't stored yet,
 * the database has rows of both, which the same node started.
 */
function isLaterBroadcast(
  { source, startedAt }: BroadcastNews,
  known: KnownBroadcast | null,
): boolean {
  if (known === null || known.startedAt <= startedAt) return true;
  return source === 'row' && !known.wasHeard;
}
