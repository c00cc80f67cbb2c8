import type { ComponentChildren, Ref } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { IconNode } from 'lucide';
import { Check } from 'lucide';
import { Icon } from './icon.js';
import './menu.css';

/**
 * One line of a menu: an action, a link, one of several choices, an on/off option, or a separator.
 */
export type MenuItem =
  | { kind: 'action'; label: string; icon?: IconNode; danger?: boolean; onSelect: () => void }
  | { kind: 'link'; label: string; icon?: IconNode; href: string }
  | { kind: 'choice'; label: string; note?: string; checked: boolean; onSelect: () => void }
  | { kind: 'toggle'; label: string; hint?: string; checked: boolean; onSelect: () => void }
  | { kind: 'separator' };

export interface MenuTrigger {
  expanded: boolean;
  popup: 'menu';
  onClick: () => void;
  buttonRef: Ref<HTMLButtonElement>;
}

export interface MenuProps {
  /** The menu's accessible name. */
  label: string;
  items: readonly MenuItem[];
  /**
   * Renders the trigger button with the props that connect it to the menu, in the form that
   * `IconButton` accepts.
   */
  trigger: (props: MenuTrigger) => ComponentChildren;
  side?: 'top' | 'bottom';
  align?: 'start' | 'end';
  heading?: ComponentChildren;
  onToggle?: (open: boolean) => void;
}

/**
 * A menu button. Arrow keys move through the items. Escape closes the menu and returns the focus to
 * the button; a press outside only closes it.
 */
export function Menu(props: MenuProps) {
  const { items, side = 'bottom', align = 'end', onToggle } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  function entries(): HTMLElement[] {
    return [...(root.current?.querySelectorAll<HTMLElement>('[data-menu-item]') ?? [])];
  }
  function close(focusButton: boolean): void {
    setOpen(false);
    if (focusButton) button.current?.focus();
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (!open) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close(true);
      return;
    }
    const all = entries();
    const index = all.findIndex((entry) => entry === document.activeElement);
    const target = {
      ArrowDown: all[(index + 1) % all.length],
      ArrowUp: all[(index - 1 + all.length) % all.length],
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    target.focus();
  }

  useEffect(() => {
    onToggle?.(open);
    if (!open) return undefined;
    const all = entries();
    (all.find((entry) => entry.getAttribute('aria-checked') === 'true') ?? all[0])?.focus();
    function onPointerDown(event: PointerEvent): void {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close(false);
    }
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [open]);

  return (
    <div
      class="menu-anchor"
      ref={root}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (open && next instanceof Node && !root.current?.contains(next)) close(false);
      }}
    >
      {props.trigger({
        expanded: open,
        popup: 'menu',
        onClick: () => setOpen(!open),
        buttonRef: button,
      })}
      {open && (
        <div class={`menu menu-${side} menu-${align}`}>
          {props.heading}
          <div role="menu" aria-label={props.label} id={id}>
            {items.map((item, index) => (
              <MenuLine key={index} item={item} onDone={() => close(true)} />
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

const ROLES = {
  action: 'menuitem',
  choice: 'menuitemradio',
  toggle: 'menuitemcheckbox',
} as const;

function MenuLine({ item, onDone }: { item: MenuItem; onDone: () => void }) {
  if (item.kind === 'separator') return <div class="menu-separator" role="separator" />;
  if (item.kind === 'link') {
    return (
      <a class="menu-item" role="menuitem" tabIndex={-1} data-menu-item href={item.href}>
        {item.icon && <Icon icon={item.icon} size={18} />}
        <span class="menu-label">{item.label}</span>
      </a>
    );
  }
  const checkable = item.kind === 'choice' || item.kind === 'toggle';
  const icon = checkable ? Check : item.icon;
  return (
    <button
      class={`menu-item${!checkable && item.danger ? ' menu-danger' : ''}`}
      type="button"
      role={ROLES[item.kind]}
      aria-checked={checkable ? item.checked : undefined}
      tabIndex={-1}
      data-menu-item
      onClick={() => {
        onDone();
        item.onSelect();
      }}
    >
      {icon && <Icon icon={icon} size={18} />}
      <span class="menu-label">
        {item.label}
        {item.kind === 'toggle' && item.hint !== undefined && (
          <span class="menu-hint">{item.hint}</span>
        )}
      </span>
      {item.kind === 'choice' && item.note !== undefined && (
        <span class="menu-note">{item.note}</span>
      )}
    </button>
  );
}
