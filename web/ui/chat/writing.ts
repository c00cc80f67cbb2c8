import { effect, signal, untracked } from '@preact/signals';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import type { OutboxEntry } from '../../client/chat-outbox.js';
import { isRefusal } from '../../client/refusal.js';
import { RequestError } from '../../client/request-error.js';
import { keepDraft, readDraft } from './draft.js';
import { keepGuestName, readGuestName } from './guest-name.js';
import { withEmoji } from './shortcodes.js';

/** The message being written, and its author's name. The text stays in the box until it is sent. */
export class Writing {
  readonly text = signal('');
  /** The guest's name. Logged-in users chat under their account name. */
  readonly guestName = signal(readGuestName());
  /** The message being replied to. */
  readonly replyingTo = signal<ChatMessage | null>(null);
  /** The result of the last command. */
  readonly commandNote = signal<string | null>(null);
  readonly #chat: Chat;
  readonly #channel: string;

  constructor(chat: Chat, channel: string) {
    this.#chat = chat;
    this.#channel = channel;
    this.text.value = readDraft(channel);
    effect(() => {
      const refused = chat.entries.value.flatMap((shown) =>
        shown.kind === 'own' && isRefused(shown.entry) ? [shown.entry] : [],
      );
      untracked(() => this.#takeBack(refused));
    });
  }

  type(text: string): void {
    this.text.value = text;
    // The result of the last command is removed when the user types new text.
    if (text !== '') this.commandNote.value = null;
    else this.#chat.forgetRefusal();
    keepDraft(this.#channel, text);
  }

  /** Makes the next message a reply to a message; null cancels the reply. */
  reply(message: ChatMessage | null): void {
    this.replyingTo.value = message;
  }

  /** Sends the typed text, which remains in the box if the chat rejects it. */
  send(): void {
    const text = this.text.peek().trim();
    if (text.startsWith('/')) return void this.#command(text);
    this.commandNote.value = null;
    const replyTo = this.replyingTo.peek();
    const isAccepted = this.#chat.send(withEmoji(text), {
      guestName: this.guestName.peek(),
      ...(replyTo && { replyTo }),
    });
    if (!isAccepted) return;
    this.type('');
    this.reply(null);
  }

  async #command(text: string): Promise<void> {
    try {
      this.commandNote.value = await this.#chat.command(text);
      if (this.text.peek().trim() === text) this.type('');
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.commandNote.value = error.message;
    }
  }

  /** Resends a failed message under the current name. */
  retry({ nonce }: OutboxEntry): void {
    this.#chat.retry(nonce, this.guestName.peek());
  }

  /** Moves a failed message back into the box, before the text already there. */
  edit({ nonce }: OutboxEntry): void {
    const failed = this.#chat.discard(nonce);
    if (failed !== undefined) this.type(`${failed} ${this.text.peek()}`.trim());
  }

  /**
   * Moves a rejected message back into the box. If the box contains text, the message remains in
   * the list.
   */
  #takeBack([refused]: readonly OutboxEntry[]): void {
    if (!refused || this.text.peek() !== '') return;
    const text = this.#chat.takeBack(refused.nonce);
    if (text === undefined) return;
    this.type(text);
    const original = this.#chat.messages.peek().find(({ seq }) => seq === refused.replyTo?.seq);
    if (original) this.reply(original);
  }

  /** Changes the guest's name and resends messages rejected for the previous one. */
  rename(name: string): void {
    this.guestName.value = name;
    keepGuestName(name);
    for (const shown of this.#chat.entries.peek()) {
      if (shown.kind === 'own' && isRefusedName(shown.entry)) this.retry(shown.entry);
    }
  }
}

function isRefused({ state }: OutboxEntry): boolean {
  return state.name === 'failed' && isRefusal(state.error);
}

function isRefusedName({ state }: OutboxEntry): boolean {
  return state.name === 'failed' && state.error.code === 'guest_name_taken';
}
