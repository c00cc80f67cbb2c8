import { Injectable, type PipeTransform } from '@nestjs/common';
import { Payload } from '../../common/gateway.js';
import type { RequestName, RequestPayload } from '../../protocol/events.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';

type Without<Payload, Key extends PropertyKey> = Payload extends unknown
  ? Omit<Payload, Key>
  : never;

/** Requests that name a channel. */
type InChannel = {
  [N in RequestName]: RequestPayload<N> extends { channel: string } ? N : never;
}[RequestName];

/** A validated payload in which the open room replaces the channel's name. */
export type InRoom<N extends InChannel> = Without<RequestPayload<N>, 'channel'> &
  Readonly<{ room: ChatRoom }>;

/** On a parameter with a channel's name: opens its room. */
@Injectable()
export class RoomByName implements PipeTransform<string> {
  constructor(private readonly rooms: ChatRooms) {}

  /** @throws {DomainError} `channel_not_found` */
  transform(channel: string): Promise<ChatRoom> {
    return this.rooms.open(channel);
  }
}

/** Opens the room of a payload's channel. */
@Injectable()
class RoomOfPayload implements PipeTransform<{ channel: string }> {
  constructor(private readonly rooms: ChatRooms) {}

  /** @throws {DomainError} `channel_not_found` */
  async transform({ channel, ...payload }: { channel: string }): Promise<{ room: ChatRoom }> {
    return { ...payload, room: await this.rooms.open(channel) };
  }
}

/** On a parameter: the validated payload of a request, with the room. */
export function InRoom(name: InChannel): ParameterDecorator {
  return Payload(name, RoomOfPayload);
}
