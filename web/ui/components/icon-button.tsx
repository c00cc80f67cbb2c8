import type { Ref } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from './icon.js';
import { Tooltip, type TooltipProps } from './tooltip.js';
import './icon-button.css';

export interface IconButtonProps extends Pick<TooltipProps, 'side' | 'align' | 'shortcut'> {
  icon: IconNode;
  /** The accessible name, which is also shown as a tooltip. */
  label: string;
  size?: 's' | 'm' | 'l';
  iconSize?: number;
  variant?: 'ghost' | 'solid';
  /** For toggle buttons, whether the button is on. */
  pressed?: boolean;
  disabled?: boolean;
  /** For buttons that open an element, whether the element is open. */
  expanded?: boolean;
  popup?: 'menu' | 'dialog';
  onClick?: (event: MouseEvent) => void;
  buttonRef?: Ref<HTMLButtonElement>;
}

export function IconButton(props: IconButtonProps) {
  const { size = 'm', variant = 'ghost', side = 'top', align = 'center' } = props;
  return (
    <Tooltip text={props.label} shortcut={props.shortcut} side={side} align={align}>
      <button
        class={`icon-button icon-button-${size} icon-button-${variant}`}
        type="button"
        aria-label={props.label}
        aria-pressed={props.pressed}
        aria-expanded={props.expanded}
        aria-haspopup={props.popup}
        disabled={props.disabled ?? false}
        ref={props.buttonRef ?? null}
        {...(props.onClick && { onClick: props.onClick })}
      >
        <Icon icon={props.icon} size={props.iconSize ?? (size === 's' ? 16 : 20)} />
      </button>
    </Tooltip>
  );
}
