import { Copy } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import { toast } from '../components/toast.js';

/** Something to be kept: selectable, and copied by a button. */
export function CopyText({ text, label }: { text: string; label: string }) {
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast({ text: 'Copied.', tone: 'good' });
    } catch {
      // Refused, or no secure context: the text can be selected by hand.
      toast({ text: 'The browser refused to copy. Select the text instead.', tone: 'danger' });
    }
  }
  return (
    <div class="copy-text">
      <code>{text}</code>
      <IconButton icon={Copy} iconSize={18} label={label} align="end" onClick={() => void copy()} />
    </div>
  );
}
