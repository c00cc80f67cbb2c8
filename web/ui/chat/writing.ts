import { signal } from '@preact/signals';
import type { Chat } from '../../client/chat.js';
import type { OutboxEntry } from '../../client/chat-outbox.js';
import { keepDraft, readDraft } from './draft.js';
import { keepGuestName, readGuestName } from './guest-name.js';

/** What somebody is about to write, and as whom. Nothing typed is lost but by sending it. */
export class Writing {
  readonly text = signal('');
  /** What a guest is called; who is logged in writes under the account's name. */
  readonly guestName = signal(readGuestName());
  readonly #chat: Chat;
  readonly #channel: string;

  constructor(chat: Chat, channel: string) {
    this.#chat = chat;
    this.#channel = channel;
    this.text.value = readDraft(channel);
  }

  type(text: string): void {
    this.text.value = text;
    keepDraft(this.#channel, text);
  }

  /** Sends what is typed; it stays in the box when the chat does not take it. */
  send(): void {
    if (this.#chat.send(this.text.peek().trim(), this.guestName.peek())) this.type('');
  }

  /** Sends a message that failed once more, under the name of now. */
  retry({ nonce }: OutboxEntry): void {
    this.#chat.retry(nonce, this.guestName.peek());
  }

  /** Takes a message that failed back into the box, before what is there. */
  edit({ nonce }: OutboxEntry): void {
    const failed = this.#chat.discard(nonce);
    if (failed !== undefined) this.type(`${failed} ${this.text.peek()}`.trim());
  }

  /** Writes under another name, also what was refused for the one before. */
  rename(name: string): void {
    this.guestName.value = name;
    keepGuestName(name);
    for (const shown of this.#chat.entries.peek()) {
      if (shown.kind === 'own' && isRefusedName(shown.entry)) this.retry(shown.entry);
    }
  }
}

function isRefusedName({ state }: OutboxEntry): boolean {
  return state.name === 'failed' && state.error.code === 'guest_name_taken';
}
