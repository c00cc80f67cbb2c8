import type { ComponentChildren, Ref } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from './icon.js';
import { Spinner } from './spinner.js';
import './button.css';

export interface ButtonProps {
  children: ComponentChildren;
  /** `live` is reserved for going live. */
  variant?: 'primary' | 'secondary' | 'ghost' | 'live' | 'danger';
  size?: 's' | 'm' | 'l';
  icon?: IconNode;
  /** Whether the action is in progress; the button then shows a spinner and ignores presses. */
  busy?: boolean;
  disabled?: boolean;
  /** Whether the button is as wide as its container. */
  wide?: boolean;
  /** An address; if set, a link is rendered that looks like a button. */
  href?: string;
  /** Whether the link downloads a file. */
  download?: boolean;
  type?: 'button' | 'submit';
  /** For buttons that open an element, whether the element is open. */
  expanded?: boolean;
  popup?: 'menu' | 'dialog';
  onClick?: (event: MouseEvent) => void;
  buttonRef?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { variant = 'secondary', size = 'm', busy = false, wide = false } = props;
  const look = `button button-${variant} button-${size}${wide ? ' button-wide' : ''}`;
  const iconSize = size === 's' ? 16 : 18;
  const content = (
    <>
      {busy ? (
        <Spinner size={iconSize} />
      ) : (
        props.icon && <Icon icon={props.icon} size={iconSize} />
      )}
      <span>{props.children}</span>
    </>
  );
  if (props.href !== undefined) {
    return (
      <a
        class={look}
        href={props.href}
        download={props.download}
        {...(props.onClick && { onClick: props.onClick })}
      >
        {content}
      </a>
    );
  }
  return (
    <button
      class={look}
      type={props.type ?? 'button'}
      disabled={props.disabled ?? false}
      // A busy button isn't `disabled`, because it must keep the focus and remain visible to screen
      // readers.
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-expanded={props.expanded}
      aria-haspopup={props.popup}
      ref={props.buttonRef ?? null}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onClick?.(event);
      }}
    >
      {content}
    </button>
  );
}
