import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Where something stands in a text. */
export type Span = Readonly<{ from: number; to: number }>;

/** A text box whose text is kept elsewhere, with its caret. */
export interface TextBox {
  ref: { current: HTMLTextAreaElement | null };
  /** Where the caret is while the box is in use; null: elsewhere, or something is selected. */
  caret: number | null;
  /** To be called when the caret may have moved. */
  noticeCaret: () => void;
  /** Puts something in the place of a part of the text, and the caret behind it. */
  replace: (span: Span, by: string, text?: string) => void;
  /** Puts something where the caret is, or was last. */
  insert: (inserted: string) => void;
}

export function useTextBox(text: string, onText: (text: string) => void): TextBox {
  const ref = useRef<HTMLTextAreaElement>(null);
  const caretAfter = useRef<number | null>(null);
  const [caret, setCaret] = useState<number | null>(null);

  function noticeCaret(): void {
    const box = ref.current;
    const isIn = box !== null && box === document.activeElement;
    setCaret(isIn && box.selectionStart === box.selectionEnd ? box.selectionStart : null);
  }
  function replace({ from, to }: Span, by: string, of = text): void {
    caretAfter.current = from + by.length;
    onText(of.slice(0, from) + by + of.slice(to));
  }
  function insert(inserted: string): void {
    const from = ref.current?.selectionStart ?? text.length;
    replace({ from, to: ref.current?.selectionEnd ?? from }, inserted);
  }

  useLayoutEffect(() => {
    if (caretAfter.current === null) return;
    // A new value has put the caret at its end.
    ref.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
    noticeCaret();
  }, [text]);

  return { ref, caret, noticeCaret, replace, insert };
}
