import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Skeleton } from '../components/skeleton.js';

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
  const [section, setSection] = useState<{ Content: ComponentType<P> } | null>(null);
  useEffect(() => {
    if (shown && section === null) void load().then((Content) => setSection({ Content }));
  }, [shown, section, load]);
  if (section === null) return <Skeleton class="section-skeleton" />;
  return <section.Content {...props} />;
}
