import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A range of a text. */
export type Span = Readonly<{ from: number; to: number }>;

/** A controlled text box and its caret. */
export interface TextBox {
  ref: { current: HTMLTextAreaElement | null };
  /** The caret's position; null if the box isn't focused or has a selection. */
  caret: number | null;
  /** Must be called when the caret may have moved. */
  noticeCaret: () => void;
  /** Replaces a range of the text and puts the caret after the replacement. */
  replace: (span: Span, by: string, text?: string) => void;
  /** Inserts text at the caret or at its last position. */
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
  function replace({ from, to }: Span, by: string, original = text): void {
    caretAfter.current = from + by.length;
    onText(original.slice(0, from) + by + original.slice(to));
  }
  function insert(inserted: string): void {
    const from = ref.current?.selectionStart ?? text.length;
    replace({ from, to: ref.current?.selectionEnd ?? from }, inserted);
  }

  useLayoutEffect(() => {
    if (caretAfter.current === null) return;
    // Setting the value has moved the caret to the end.
    ref.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
    noticeCaret();
  }, [text]);

  return { ref, caret, noticeCaret, replace, insert };
}
