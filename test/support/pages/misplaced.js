/** What of the page is not where people can see and use it. */
// oxlint-disable-next-line no-unused-vars -- tests call it.
function misplaced() {
  const { clientWidth: width, scrollWidth } = document.documentElement;
  const found = scrollWidth > width ? [`the page is ${scrollWidth} wide in ${width}`] : [];
  const named = (element) => {
    const text = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
    return `${element.tagName.toLowerCase()}.${element.className} “${text.slice(0, 40)}”`;
  };
  const isSeen = (element) =>
    element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  /** Where the element is cut off; null: nowhere. */
  const windowOf = (element) => {
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(parent);
      if (overflowX === 'auto' || overflowX === 'scroll') return null;
      // Words that are cut short say so.
      if (textOverflow === 'ellipsis') return null;
      if (overflowX !== 'visible') return parent.getBoundingClientRect();
    }
    return { left: 0, right: width };
  };
  /** A word of this length has room on every line: a longest username. */
  const fitting = Math.min(width - 96, 320);
  /** How long a part of a text is, and on how many lines. */
  const rectsOf = (text, { 0: part, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + part.length);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 1);
    return {
      length: rects.reduce((sum, rect) => sum + rect.width, 0),
      lines: new Set(rects.map(({ top }) => Math.round(top))).size,
    };
  };
  const controls = 'a, button, input, select, textarea, [role="tab"], [role="switch"], h1, h2';
  for (const control of document.querySelectorAll(controls)) {
    const { left, right, width: wide, height } = control.getBoundingClientRect();
    // What only screen readers read is a dot.
    if (!isSeen(control) || wide < 2 || height < 2) continue;
    const edges = windowOf(control);
    if (edges && (left < edges.left - 1 || right > edges.right + 1))
      found.push(`cut off: ${named(control)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const { parentElement: parent } = text;
    if (!parent || !isSeen(parent)) continue;
    for (const token of (text.textContent ?? '').matchAll(/\S+/g)) {
      // What has no place to be broken at, an address or a very long word, is broken where it must.
      if (rectsOf(text, token).length > fitting) continue;
      for (const word of token[0].matchAll(/[\p{L}\p{N}]+/gu)) {
        const at = { 0: word[0], index: token.index + word.index };
        if (rectsOf(text, at).lines > 1) found.push(`broken word: ${word[0]} in ${named(parent)}`);
      }
    }
  }
  return found;
}
