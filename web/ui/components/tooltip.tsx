import type { ComponentChildren } from 'preact';
import './tooltip.css';

export interface TooltipProps {
  text: string;
  /** The equivalent keyboard shortcut, which is shown beside the text. */
  shortcut?: string | undefined;
  side?: 'top' | 'bottom';
  align?: 'start' | 'center' | 'end';
  children: ComponentChildren;
}

/**
 * Shows a control's name on hover and keyboard focus. The tooltip is only visual, so the control
 * itself must have the same accessible name.
 */
export function Tooltip({
  text,
  shortcut,
  side = 'top',
  align = 'center',
  children,
}: TooltipProps) {
  return (
    <span class="tooltip-anchor">
      {children}
      <span class={`tooltip tooltip-${side} tooltip-${align}`} aria-hidden="true">
        {text}
        {shortcut !== undefined && <kbd>{shortcut}</kbd>}
      </span>
    </span>
  );
}
