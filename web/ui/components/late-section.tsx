import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from './button.js';
import { Skeleton } from './skeleton.js';
import './late-section.css';

/** A part of the page whose code is loaded when it is first shown. */
export function LateSection<P extends object>({
  load,
  shown,
  props,
}: {
  load: () => Promise<ComponentType<P>>;
  shown: boolean;
  props: P;
}) {
  const [section, setSection] = useState<{ Content: ComponentType<P> } | 'failed' | null>(null);
  useEffect(() => {
    if (shown && section === null)
      load().then(
        (Content) => setSection({ Content }),
        () => setSection('failed'),
      );
  }, [shown, section, load]);
  if (section === 'failed')
    return (
      <p role="alert" class="late-failed">
        Couldn’t load this section. Check your connection.
        <Button onClick={() => setSection(null)}>Try again</Button>
      </p>
    );
  if (section === null) return <Skeleton class="late-skeleton" />;
  return <section.Content {...props} />;
}
