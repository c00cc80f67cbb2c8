import { signal } from '@preact/signals';
import { CircleAlert, CircleCheck, Info, X } from 'lucide';
import { Button } from './button.js';
import { Icon } from './icon.js';
import { IconButton } from './icon-button.js';
import './toast.css';

export interface ToastOptions {
  text: string;
  tone?: 'info' | 'good' | 'danger';
  action?: { label: string; onSelect: () => void };
  /** Whether the toast remains until it is dismissed. Otherwise, it disappears after 6 s. */
  sticky?: boolean;
}

interface ShownToast extends ToastOptions {
  id: number;
}

const SHOWN_MS = 6_000;
/** The maximum number of toasts. Beyond it, the oldest toast is removed. */
const TOASTS_MAX = 3;

const toasts = signal<readonly ShownToast[]>([]);
let lastId = 0;

/** Shows a short message at the bottom of the page. Returns a function that removes it. */
export function toast(options: ToastOptions): () => void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value, { ...options, id }].slice(-TOASTS_MAX);
  const dismiss = (): void => {
    toasts.value = toasts.value.filter((shown) => shown.id !== id);
  };
  if (!options.sticky) setTimeout(dismiss, SHOWN_MS);
  return dismiss;
}

const icons = { info: Info, good: CircleCheck, danger: CircleAlert };

/** Renders the current toasts. `Page` contains this component once. */
export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map(({ id, text, tone = 'info', action }) => {
        const dismiss = (): void => {
          toasts.value = toasts.value.filter((shown) => shown.id !== id);
        };
        return (
          <div key={id} class={`toast toast-${tone}`}>
            <Icon icon={icons[tone]} size={18} />
            <span class="toast-text">{text}</span>
            {action && (
              <Button
                size="s"
                onClick={() => {
                  dismiss();
                  action.onSelect();
                }}
              >
                {action.label}
              </Button>
            )}
            <IconButton icon={X} label="Dismiss" size="s" align="end" onClick={dismiss} />
          </div>
        );
      })}
    </div>
  );
}
