import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { socketOf } from '../../common/gateway.js';
import { type ChatSender, senderOf } from './chat-sender.js';

/** On a parameter: the sender of a socket request. */
export const CurrentSender = createParamDecorator(
  (_data: unknown, context: ExecutionContext): ChatSender => senderOf(socketOf(context)),
);
