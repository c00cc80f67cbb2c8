import { effect, signal, untracked } from '@preact/signals';
import type { ChatMessage } from '../../../src/protocol/chat.js';
import type { Chat } from '../../client/chat.js';
import type { OutboxEntry } from '../../client/chat-outbox.js';
import { isRefusal } from '../../client/refusal.js';
import { RequestError } from '../../client/request-error.js';
import { keepDraft, readDraft } from './draft.js';
import { keepGuestName, readGuestName } from './guest-name.js';
import { withEmoji } from './shortcodes.js';

/** What somebody is about to write, and as whom. Nothing typed is lost but by sending it. */
export class Writing {
  readonly text = signal('');
  /** What a guest is called; who is logged in writes under the account's name. */
  readonly guestName = signal(readGuestName());
  /** The message that is being answered. */
  readonly replyingTo = signal<ChatMessage | null>(null);
  /** What became of the last command. */
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
    // Something new is being written: that is over.
    if (text !== '') this.commandNote.value = null;
    else this.#chat.forgetRefusal();
    keepDraft(this.#channel, text);
  }

  /** Answers a message with the next one; null: doesn't. */
  reply(message: ChatMessage | null): void {
    this.replyingTo.value = message;
  }

  /** Sends what is typed; it stays in the box when the chat does not take it. */
  send(): void {
    const text = this.text.peek().trim();
    if (text.startsWith('/')) return void this.#command(text);
    this.commandNote.value = null;
    const answered = this.replyingTo.peek();
    const taken = this.#chat.send(withEmoji(text), {
      guestName: this.guestName.peek(),
      ...(answered && { replyTo: answered }),
    });
    if (!taken) return;
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

  /** Sends a message that failed once more, under the name of now. */
  retry({ nonce }: OutboxEntry): void {
    this.#chat.retry(nonce, this.guestName.peek());
  }

  /** Takes a message that failed back into the box, before what is there. */
  edit({ nonce }: OutboxEntry): void {
    const failed = this.#chat.discard(nonce);
    if (failed !== undefined) this.type(`${failed} ${this.text.peek()}`.trim());
  }

  /** What was refused is in the box again, unless something else is there by now: then it waits above. */
  #takeBack([refused]: readonly OutboxEntry[]): void {
    if (!refused || this.text.peek() !== '') return;
    const text = this.#chat.takeBack(refused.nonce);
    if (text === undefined) return;
    this.type(text);
    const answered = this.#chat.messages.peek().find(({ seq }) => seq === refused.replyTo?.seq);
    if (answered) this.reply(answered);
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

function isRefused({ state }: OutboxEntry): boolean {
  return state.name === 'failed' && isRefusal(state.error);
}

function isRefusedName({ state }: OutboxEntry): boolean {
  return state.name === 'failed' && state.error.code === 'guest_name_taken';
}
