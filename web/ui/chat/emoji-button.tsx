import { useRef } from 'preact/hooks';
import { Smile } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import { useLate } from '../components/use-late.js';
import { useOutside } from '../components/use-outside.js';

export interface EmojiButtonProps {
  onPick: (emoji: string) => void;
  /**
   * Called when the picker is closed by a key or by picking an emoji, to return the focus to the
   * text.
   */
  onDone: () => void;
}

const loadPicker = () => import('./emoji-picker.js').then(({ EmojiPicker }) => EmojiPicker);

/** Opens the emoji picker, which is loaded on demand. */
export function EmojiButton({ onPick, onDone }: EmojiButtonProps) {
  const root = useRef<HTMLSpanElement>(null);
  const { Shown, isOpen, open, close } = useLate(loadPicker, 'the emoji picker');
  useOutside(root, isOpen, close);

  function done(): void {
    close();
    onDone();
  }
  return (
    <span class="emoji-button" ref={root}>
      <IconButton
        icon={Smile}
        label="Emoji"
        iconSize={18}
        align="end"
        popup="dialog"
        expanded={isOpen}
        onClick={isOpen ? close : open}
      />
      {Shown && (
        <Shown
          onPick={(emoji, more) => {
            onPick(emoji);
            if (!more) done();
          }}
          onClose={done}
        />
      )}
    </span>
  );
}
