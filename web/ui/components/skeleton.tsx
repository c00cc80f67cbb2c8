import './skeleton.css';

/** A placeholder for loading content; `class` sets its size. */
export function Skeleton({ class: name }: { class: string }) {
  return <span class={`skeleton ${name}`} aria-hidden="true" />;
}
