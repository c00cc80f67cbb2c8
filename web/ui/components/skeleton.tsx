import './skeleton.css';

/** Keeps the place of something that is being loaded; its size comes from `class`. */
export function Skeleton({ class: name }: { class: string }) {
  return <span class={`skeleton ${name}`} aria-hidden="true" />;
}
