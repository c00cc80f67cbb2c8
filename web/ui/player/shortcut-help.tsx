import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { type Shortcut, shortcuts } from './shortcuts.js';
import './shortcut-help.css';

export interface ShortcutHelpProps {
  /** The shortcuts to list; defaults to those of the live player. */
  list?: readonly Omit<Shortcut, 'action'>[];
  onClose: () => void;
}

/** Lists all shortcuts of the player. */
export function ShortcutHelp({ list = shortcuts, onClose }: ShortcutHelpProps) {
  return (
    <Dialog
      title="Keyboard shortcuts"
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <dl class="shortcut-help">
        {list.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
