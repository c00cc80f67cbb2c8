import type { ComponentChildren } from 'preact';
import './media-line.css';

export interface MediaLineProps {
  picture: ComponentChildren;
  heading: ComponentChildren;
  /** The duration, size, date, and similar facts. */
  facts: ComponentChildren;
  /** Badges and remarks. */
  notes: ComponentChildren;
  /** The button or menu at the end. */
  children: ComponentChildren;
}

/** One recording or clip in a list. */
export function MediaLine({ picture, heading, facts, notes, children }: MediaLineProps) {
  return (
    <li class="media-line">
      <div class="media-line-picture">{picture}</div>
      <div class="media-line-words">
        <h3>{heading}</h3>
        <p class="muted figures">{facts}</p>
        <p class="media-line-notes">{notes}</p>
      </div>
      {children}
    </li>
  );
}
