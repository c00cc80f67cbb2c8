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
  /** Its action is in progress: shows a spinner and ignores presses. */
  busy?: boolean;
  disabled?: boolean;
  /** As wide as its container. */
  wide?: boolean;
  /** With an address, renders a link that looks like a button. */
  href?: string;
  /** The link downloads a file. */
  download?: boolean;
  type?: 'button' | 'submit';
  /** For buttons that open something: whether it is open. */
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
      // Not `disabled`: a busy button keeps the focus and stays visible to screen readers.
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
