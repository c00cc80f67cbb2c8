import { useState } from 'preact/hooks';
import { BANNER_AUTHOR_MAX, OVERLAY_TEXT_MAX } from '../../../../src/protocol/limits.js';
import type { Chat } from '../../../client/chat.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { TextField } from '../../components/text-field.js';
import type { SceneBook } from './scene-book.js';
import './scene-dialog.css';

/** The number of latest chat messages to offer. */
const OFFERED = 6;

interface BannerDialogProps {
  scenes: SceneBook;
  chat: Chat | null;
  onClose: () => void;
}

/** Shows a text or a chat message over the video. */
export function BannerDialog({ scenes, chat, onClose }: BannerDialogProps) {
  const [text, setText] = useState('');
  const written = text.trim();
  const said = (chat?.messages.value ?? []).filter(({ deleted }) => !deleted).slice(-OFFERED);

  function show(author: string, shown: string): void {
    const banner = {
      author: author.slice(0, BANNER_AUTHOR_MAX),
      text: shown.trim().slice(0, OVERLAY_TEXT_MAX),
    };
    scenes.setOverlays({ banner });
    onClose();
  }

  return (
    <Dialog
      title="Show a banner"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={written === ''} onClick={() => show('', written)}>
            Show banner
          </Button>
        </>
      }
    >
      <TextField
        label="Text"
        value={text}
        onInput={setText}
        maxLength={OVERLAY_TEXT_MAX}
        autocomplete="off"
        hint="It stays on screen until you hide it."
      />
      {said.length > 0 && (
        <section class="scene-group" aria-label="From the chat">
          <h3 class="scene-group-title">From the chat</h3>
          <ul class="scene-messages">
            {said.map(({ seq, name, displayName = name, text: message }) => (
              <li key={seq}>
                <button
                  class="scene-message"
                  type="button"
                  onClick={() => show(displayName, message)}
                >
                  <strong>{displayName}</strong> {message}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
