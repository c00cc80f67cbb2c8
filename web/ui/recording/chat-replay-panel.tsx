import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { useSignalEffect } from '@preact/signals';
import { ArrowDown } from 'lucide';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { recordingApi } from '../../client/recording-api.js';
import { MessageLine } from '../chat/message-line.js';
import { useStickyEnd } from '../chat/use-sticky-end.js';
import { walk } from '../chat/walk.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { ChatReplay } from './chat-replay.js';
import { wallAt } from './spans.js';
import type { Vod } from './vod.js';
import '../chat/chat-panel.css';
import '../chat/message-list.css';

const nothingToRepair = { onRetry: () => undefined, onEdit: () => undefined };

export interface ChatReplayPanelProps {
  recording: Pick<RecordingView, 'id' | 'spans'>;
  vod: Vod;
  heading: boolean;
}

/** The chat as it was when what is shown was live, in step with it. */
export function ChatReplayPanel({ recording, vod, heading }: ChatReplayPanelProps) {
  const { id, spans } = recording;
  const replay = useMemo(() => new ChatReplay((part) => recordingApi.chat(id, part)), [id]);
  useSignalEffect(() => {
    const wallMs = wallAt(spans, vod.positionMs.value);
    if (wallMs !== null) replay.advance(wallMs);
  });
  const messages = replay.shown.value;
  const state = replay.state.value;
  return (
    <section class="chat" aria-label="Chat replay">
      {heading && (
        <header class="chat-heading">
          <h2>Chat replay</h2>
        </header>
      )}
      <ReplayList key={replay.jumps.value} messages={messages}>
        {state === 'failed' && (
          <p class="messages-earlier">
            The chat could not be loaded.{' '}
            <Button size="s" onClick={() => replay.retry()}>
              Try again
            </Button>
          </p>
        )}
        {messages.length === 0 && state === 'loading' && (
          <p class="messages-none">
            <Spinner label="Loading the chat" />
          </p>
        )}
        {messages.length === 0 && state === 'ready' && (
          <p class="messages-none">Nothing was written up to here.</p>
        )}
      </ReplayList>
    </section>
  );
}

/** The messages, the newest at the foot; stays put while somebody reads back. */
function ReplayList({
  messages,
  children,
}: {
  messages: readonly ChatMessage[];
  children: ComponentChildren;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [unread, setUnread] = useState(0);
  const shown = useMemo(() => ({ keys: messages.map(({ nonce }) => nonce), own: 0 }), [messages]);
  const { atEnd, toEnd } = useStickyEnd(scroller, shown, setUnread);
  return (
    <div class="messages">
      <div
        class="messages-scroller"
        ref={scroller}
        role="log"
        aria-label="Chat messages"
        aria-live="off"
        tabIndex={0}
        onKeyDown={walk}
      >
        {children}
        <ol class="messages-list">
          {messages.map((message) => (
            <MessageLine
              key={message.nonce}
              name={message.name}
              role={message.role}
              text={message.text}
              sentMs={Date.parse(message.sentAt)}
              message={message}
              entry={null}
              acts={null}
              moderation={null}
              repair={nothingToRepair}
              me={null}
            />
          ))}
        </ol>
      </div>
      {!atEnd && (
        <button class="messages-new figures" type="button" onClick={toEnd}>
          <Icon icon={ArrowDown} size={14} />
          {unread > 0 ? `${unread} more ${unread === 1 ? 'message' : 'messages'}` : 'To the newest'}
        </button>
      )}
    </div>
  );
}
