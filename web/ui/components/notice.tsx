import type { ComponentChildren } from 'preact';
import './notice.css';

export interface NoticeProps {
  /** A picture or icon above the text. */
  picture?: ComponentChildren;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

/** Explains why something is empty, and what to do about it. */
export function Notice({ picture, title, children, action }: NoticeProps) {
  return (
    <div class="notice">
      {picture !== undefined && <div class="notice-picture">{picture}</div>}
      <h2>{title}</h2>
      {children !== undefined && <p class="muted">{children}</p>}
      {action !== undefined && <div class="notice-action">{action}</div>}
    </div>
  );
}
