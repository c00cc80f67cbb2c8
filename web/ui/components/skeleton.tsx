import './skeleton.css';

/** A placeholder for loading content; `class` determines its size. */
export function Skeleton({ class: name }: { class: string }) {
  return <span class={`skeleton ${name}`} aria-hidden="true" />;
}
