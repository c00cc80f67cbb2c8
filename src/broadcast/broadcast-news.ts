import type { NodeId } from '../cluster/cluster.js';

/** What a directory knows about a channel's broadcast. */
export type KnownBroadcast = Readonly<{
  id: string;
  epoch: number;
  nodeId: NodeId;
  /** ISO 8601, by the clock of the node on which it started. */
  startedAt: string;
  /** Whether its owner has sent a message recently. */
  wasHeard: boolean;
}>;

/** An owner's message about its broadcast, or a row of the database. */
export type BroadcastNews = Readonly<{
  source: 'message' | 'row';
  id: string;
  epoch: number;
  /**
   * Null only in a row: the owner is stopping, and another node is about to take over the
   * broadcast.
   */
  nodeId: NodeId | null;
  startedAt: string;
}>;

/**
 * Whether news about a channel's broadcast replaces what is known. Messages can arrive late, and a
 * row is stored after the message with the same content.
 * @param overEpoch the epoch up to which this node considers the broadcast over; 0 if it doesn't
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
 * Whether the news is about a broadcast of the channel that began after the known one. Until the
 * end of the known broadcast is stored, the database contains both. In that case, the same node
 * started them.
 */
function isLaterBroadcast(
  { source, startedAt }: BroadcastNews,
  known: KnownBroadcast | null,
): boolean {
  if (known === null || known.startedAt <= startedAt) return true;
  return source === 'row' && !known.wasHeard;
}
