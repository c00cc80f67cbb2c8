import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { toast } from './toast.js';

/** A part of a page that is loaded when it is first opened. */
export interface Late<P> {
  /** The component if it is open and loaded; otherwise null. */
  Shown: ComponentType<P> | null;
  isOpen: boolean;
  open: () => void;
  close: () => void;
}

/**
 * Loads a component when it is first opened.
 *
 * @param what the name of the component in the message that reports a failed load
 */
export function useLate<P>(load: () => Promise<ComponentType<P>>, what: string): Late<P> {
  const [Loaded, setLoaded] = useState<ComponentType<P> | null>(null);
  const [isOpen, setOpen] = useState(false);

  async function open(): Promise<void> {
    setOpen(true);
    try {
      const loaded = await load();
      setLoaded(() => loaded);
    } catch {
      // The network must have failed after the page was loaded.
      setOpen(false);
      toast({ text: `Couldn’t load ${what}. Try again.`, tone: 'danger' });
    }
  }
  return {
    Shown: isOpen ? Loaded : null,
    isOpen,
    open: () => void open(),
    close: () => setOpen(false),
  };
}
