import { signal } from '@preact/signals';
import type { Boot } from '../../../src/protocol/boot.js';
import type { Chat } from '../../client/chat.js';
import type { Connection } from '../../client/connection.js';
import type { ChatPanel } from '../chat/chat-panel.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import type { FloatingEmoji } from '../player/floating-emoji.js';
import type { ReactionButton } from '../player/reaction-button.js';
import './late-chat.css';

interface Loaded {
  name: 'loaded';
  chat: Chat;
  Panel: typeof ChatPanel;
  Floats: typeof FloatingEmoji;
  Reacting: typeof ReactionButton;
}

type Loading = { name: 'loading' } | { name: 'failed' } | Loaded;

/** The chat, which is loaded after everything that the first frame needs. */
export class LateChat {
  readonly #state = signal<Loading>({ name: 'loading' });
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #boot: Boot;

  constructor(connection: Connection, channel: string, boot: Boot) {
    this.#connection = connection;
    this.#channel = channel;
    this.#boot = boot;
  }

  async load(): Promise<void> {
    this.#state.value = { name: 'loading' };
    try {
      const [
        { Chat },
        { ChatPanel: Panel },
        { FloatingEmoji: Floats },
        { ReactionButton: Reacting },
      ] = await Promise.all([
        import('../../client/chat.js'),
        import('../chat/chat-panel.js'),
        import('../player/floating-emoji.js'),
        import('../player/reaction-button.js'),
      ]);
      const chat = new Chat({ connection: this.#connection, channel: this.#channel });
      this.#state.value = { name: 'loaded', chat, Panel, Floats, Reacting };
    } catch {
      // The network must have failed after the page was loaded.
      this.#state.value = { name: 'failed' };
    }
  }

  /** The emoji that float over the player. */
  readonly Floats = () => {
    const state = this.#state.value;
    return state.name === 'loaded' ? <state.Floats chat={state.chat} /> : null;
  };

  /** The player's button for floating emoji. */
  readonly Reacting = () => {
    const state = this.#state.value;
    return state.name === 'loaded' ? <state.Reacting chat={state.chat} /> : null;
  };

  /** The chat, or its loading state. */
  readonly View = ({ heading }: { heading: boolean }) => {
    const state = this.#state.value;
    if (state.name === 'loaded') {
      const { Panel, chat } = state;
      return (
        <Panel
          chat={chat}
          channel={this.#channel}
          connection={this.#connection.status}
          expectedRole={expectedRole(this.#boot)}
          heading={heading}
        />
      );
    }
    return (
      <div class="late-chat">
        {state.name === 'loading' ? (
          <Spinner label="Loading chat" />
        ) : (
          <>
            <p class="muted">Couldn’t load the chat.</p>
            <Button onClick={() => void this.load()}>Try again</Button>
          </>
        )}
      </div>
    );
  };
}

function expectedRole({ account, channel }: Boot) {
  if (account === null) return 'guest';
  return account.username === channel?.owner ? 'owner' : 'member';
}
