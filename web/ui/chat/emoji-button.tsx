import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Smile } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import { toast } from '../components/toast.js';
import type { EmojiPickerProps } from './emoji-picker.js';

export interface EmojiButtonProps {
  onPick: (emoji: string) => void;
  /** The picker was closed by a key, or by picking: back to the text. */
  onDone: () => void;
}

/** Opens the emoji, which are loaded only then. */
export function EmojiButton({ onPick, onDone }: EmojiButtonProps) {
  const [Picker, setPicker] = useState<ComponentType<EmojiPickerProps> | null>(null);
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);

  async function open(): Promise<void> {
    setOpen(true);
    try {
      const { EmojiPicker } = await import('./emoji-picker.js');
      setPicker(() => EmojiPicker);
    } catch {
      // The network went between the page and this part of it.
      setOpen(false);
      toast({ text: 'The emoji could not be loaded. Try again.', tone: 'danger' });
    }
  }
  useEffect(() => {
    if (!isOpen) return undefined;
    function onOutside(event: Event): void {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    }
    document.addEventListener('pointerdown', onOutside);
    document.addEventListener('focusin', onOutside);
    return () => {
      document.removeEventListener('pointerdown', onOutside);
      document.removeEventListener('focusin', onOutside);
    };
  }, [isOpen]);
  return (
    <span class="emoji-button" ref={root}>
      <IconButton
        icon={Smile}
        label="Emoji"
        iconSize={18}
        align="end"
        popup="dialog"
        expanded={isOpen}
        onClick={() => (isOpen ? setOpen(false) : void open())}
      />
      {isOpen && Picker && (
        <Picker
          onPick={(emoji, more) => {
            onPick(emoji);
            if (more) return;
            setOpen(false);
            onDone();
          }}
          onClose={() => {
            setOpen(false);
            onDone();
          }}
        />
      )}
    </span>
  );
}
