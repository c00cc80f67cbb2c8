import type { ComponentChildren } from 'preact';
import './card.css';

/** A raised surface. */
export function Card({
  children,
  narrow = false,
}: {
  children: ComponentChildren;
  narrow?: boolean;
}) {
  return <section class={narrow ? 'card card-narrow' : 'card'}>{children}</section>;
}
