import type { ComponentChildren } from 'preact';
import './badge.css';

/** The red "LIVE" badge. */
export function LiveBadge({ size = 'm' }: { size?: 's' | 'm' }) {
  return (
    <span class={`badge badge-live badge-${size}`}>
      <span class="badge-dot" aria-hidden="true" />
      LIVE
    </span>
  );
}

export interface BadgeProps {
  children: ComponentChildren;
  tone?: 'neutral' | 'good' | 'warn' | 'danger';
}

/** A short status text. Its color conveys nothing that the text doesn't say. */
export function Badge({ children, tone = 'neutral' }: BadgeProps) {
  return <span class={`badge badge-m badge-${tone}`}>{children}</span>;
}
