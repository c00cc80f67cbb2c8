import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { toast } from './toast.js';

/** Something of a page that is loaded when it is opened for the first time. */
export interface Late<P> {
  /** Open and loaded; null otherwise. */
  Shown: ComponentType<P> | null;
  isOpen: boolean;
  open: () => void;
  close: () => void;
}

/** @param what as it begins the sentence that says that it could not be loaded */
export function useLate<P>(load: () => Promise<ComponentType<P>>, what: string): Late<P> {
  const [Loaded, setLoaded] = useState<ComponentType<P> | null>(null);
  const [isOpen, setOpen] = useState(false);

  async function open(): Promise<void> {
    setOpen(true);
    try {
      const loaded = await load();
      setLoaded(() => loaded);
    } catch {
      // The network went between the page and this part of it.
      setOpen(false);
      toast({ text: `${what} could not be loaded. Try again.`, tone: 'danger' });
    }
  }
  return {
    Shown: isOpen ? Loaded : null,
    isOpen,
    open: () => void open(),
    close: () => setOpen(false),
  };
}
