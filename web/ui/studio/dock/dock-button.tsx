import type { ComponentChildren } from 'preact';
import { ChevronUp, type IconNode } from 'lucide';
import { Icon } from '../../components/icon.js';
import { IconButton } from '../../components/icon-button.js';
import { Spinner } from '../../components/spinner.js';
import { Menu, type MenuItem } from '../../components/menu.js';
import { Tooltip } from '../../components/tooltip.js';
import './dock-button.css';

export interface DockButtonProps {
  icon: IconNode;
  /** The word under the icon. The accessible name starts with it. */
  label: string;
  /** The rest of the accessible name, such as "microphone" after "Mute". */
  what?: string | undefined;
  /**
   * `off` means that the source is off or muted; `on` highlights an active mode such as screen
   * sharing.
   */
  tone?: 'plain' | 'off' | 'on';
  shortcut?: string;
  busy?: boolean;
  onClick: () => void;
  /** The choices in a menu that opens from an arrow beside the button. */
  menu?: { label: string; items: readonly MenuItem[]; heading?: ComponentChildren };
}

/** A control under the preview: an icon with a label, and an arrow if there are choices. */
export function DockButton(props: DockButtonProps) {
  const { icon, label, what, tone = 'plain', shortcut, busy = false, menu } = props;
  const name = what === undefined ? label : `${label} ${what}`;
  return (
    <div class={`dock-control dock-${tone}`}>
      <Tooltip text={name} shortcut={shortcut}>
        <button
          class="dock-button"
          type="button"
          aria-label={name}
          aria-keyshortcuts={shortcut}
          aria-busy={busy || undefined}
          onClick={() => {
            if (!busy) props.onClick();
          }}
        >
          {busy ? <Spinner size={20} /> : <Icon icon={icon} size={20} />}
          <span>{label}</span>
        </button>
      </Tooltip>
      {menu && (
        <Menu
          label={menu.label}
          items={menu.items}
          heading={menu.heading}
          side="top"
          align="start"
          trigger={({ expanded, popup, onClick, buttonRef }) => (
            <IconButton
              icon={ChevronUp}
              label={menu.label}
              size="s"
              expanded={expanded}
              popup={popup}
              onClick={onClick}
              buttonRef={buttonRef}
            />
          )}
        />
      )}
    </div>
  );
}
