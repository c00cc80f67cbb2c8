import { Copy } from 'lucide';
import { IconButton } from '../components/icon-button.js';
import { toast } from '../components/toast.js';

/** Selectable text with a copy button. */
export function CopyText({ text, label }: { text: string; label: string }) {
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast({ text: 'Copied.', tone: 'good' });
    } catch {
      // Permission was denied, or the page isn't secure. The text can still be selected manually.
      toast({ text: 'Your browser blocked copying. Select the text instead.', tone: 'danger' });
    }
  }
  return (
    <div class="copy-text">
      <code>{text}</code>
      <IconButton icon={Copy} iconSize={18} label={label} align="end" onClick={() => void copy()} />
    </div>
  );
}
