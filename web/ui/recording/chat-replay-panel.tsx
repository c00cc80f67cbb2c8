import { useMemo } from 'preact/hooks';
import { useSignalEffect } from '@preact/signals';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { recordingApi } from '../../client/recording-api.js';
import { MessageLine } from '../chat/message-line.js';
import { MessageScroller } from '../chat/message-scroller.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import { ChatReplay } from './chat-replay.js';
import { wallAt } from './spans.js';
import type { Vod } from './vod.js';
import '../chat/chat-panel.css';

export interface ChatReplayPanelProps {
  recording: Pick<RecordingView, 'id' | 'spans'>;
  vod: Vod;
  heading: boolean;
}

/** The broadcast's chat, in sync with the playback position. */
export function ChatReplayPanel({ recording, vod, heading }: ChatReplayPanelProps) {
  const { id, spans } = recording;
  const replay = useMemo(() => new ChatReplay((part) => recordingApi.chat(id, part)), [id]);
  useSignalEffect(() => {
    const wallMs = wallAt(spans, vod.positionMs.value);
    if (wallMs !== null) replay.advance(wallMs);
  });
  const messages = replay.shown.value;
  const shown = useMemo(() => ({ keys: messages.map(({ nonce }) => nonce), own: 0 }), [messages]);
  const state = replay.state.value;
  return (
    <section class="chat" aria-label="Chat replay">
      {heading && (
        <header class="chat-heading">
          <h2>Chat replay</h2>
        </header>
      )}
      <MessageScroller
        key={replay.jumps.value}
        shown={shown}
        endLabel={endLabel}
        notes={
          <>
            {state === 'failed' && (
              <p class="messages-earlier">
                Couldn’t load the chat.{' '}
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
              <p class="messages-none">No messages up to this point.</p>
            )}
          </>
        }
      >
        {messages.map((message) => (
          <MessageLine
            key={message.nonce}
            entry={{ kind: 'message', message }}
            acts={null}
            moderation={null}
            repair={null}
            me={null}
          />
        ))}
      </MessageScroller>
    </section>
  );
}

function endLabel(unread: number): string {
  return unread > 0 ? `${unread} more ${unread === 1 ? 'message' : 'messages'}` : 'Newest messages';
}
