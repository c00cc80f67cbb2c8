import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { ChatRooms } from './room/chat-rooms.js';
import { ChatWriter } from './messages/chat-writer.js';

/** Registers the chat metrics. */
@Injectable()
export class ChatMetrics {
  constructor(metrics: Metrics, writer: ChatWriter, rooms: ChatRooms) {
    const countMessages = metrics.counter('onair_chat_messages_total', 'Chat messages stored.');
    const countCommits = metrics.counter(
      'onair_chat_commits_total',
      'Commits that stored chat messages.',
    );
    writer.events.on('stored', (messages) => {
      countMessages(messages);
      countCommits();
    });
    metrics.gauge('onair_chat_waiting', 'Chat messages waiting to be stored.', () => writer.size);
    metrics.gauge('onair_chat_rooms', 'Open chat rooms.', () => rooms.size);
  }
}
