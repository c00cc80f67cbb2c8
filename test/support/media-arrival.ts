import type { LiveChannel } from '../../src/broadcast/live-channel.js';
import type { PublisherMedia } from '../../src/broadcast/ports/media.js';
import type { EventsOf, TypedEmitter } from '../../src/common/typed-emitter.js';

/**
 * Pretends that a publisher's media has arrived or stopped, by emitting the media worker's event.
 */
export function pretendArrival(
  live: LiveChannel | undefined,
  socketId: string | undefined,
  isArriving = true,
): void {
  const peer = { id: socketId ?? '', connected: true, send: () => undefined };
  const events = live?.broadcast?.publisherOf(peer).events;
  // Only the object that owns the emitter can emit events, so the test takes its place here.
  (events as TypedEmitter<EventsOf<PublisherMedia>> | undefined)?.emit('arriving', isArriving);
}
