/** The Socket.IO packet that connects to the default namespace. The page has already sent it. */
export const CONNECT_PACKET = '40';

/** The results of web/inline/head-start.js, which ran before the page's code was loaded. */
type HeadStart = {
  /** The page's socket, until {@link takeEarlySocket} takes it. */
  early: {
    socket: WebSocket;
    /** The messages that have arrived so far. */
    received: MessageEvent[];
    /** The listener that records these messages. */
    receive: (event: MessageEvent) => void;
  } | null;
  /**
   * A session description with all codecs that the browser can receive; null if it wasn't requested
   * or the browser refused.
   */
  offer: Promise<string | null> | null;
};

declare global {
  var onairHeadStart: HeadStart | undefined;
}

/** Returns the browser's offer with all codecs that it can receive, if it was requested early. */
export async function earlyOffer(): Promise<string | null> {
  return (await globalThis.onairHeadStart?.offer) ?? null;
}

/** Returns whether the page has opened its socket early and nothing uses it yet. */
export function hasEarlySocket(): boolean {
  return Boolean(globalThis.onairHeadStart?.early);
}

/** A socket that is connecting or open. */
type EarlySocket = Readonly<{
  socket: WebSocket;
  /** Whether {@link CONNECT_PACKET} has been sent. */
  isConnectSent: boolean;
}>;

/**
 * Returns the socket that the page opened early, to the first caller only; null if there is none
 * for this URL, or it was lost. The caller must set the socket's handlers immediately. They are
 * then called for everything that has happened so far.
 */
export function takeEarlySocket(url: string): EarlySocket | null {
  const start = globalThis.onairHeadStart;
  if (!start?.early || start.early.socket.url !== new URL(url).href) return null;
  const { socket, received, receive } = start.early;
  start.early = null;
  socket.removeEventListener('message', receive);
  if (socket.readyState > WebSocket.OPEN) return null;
  if (socket.readyState === WebSocket.OPEN)
    queueMicrotask(() => {
      socket.onopen?.(new Event('open'));
      for (const event of received) socket.onmessage?.(event);
    });
  return { socket, isConnectSent: received.length > 0 };
}
