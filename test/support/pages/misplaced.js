/**
 * Returns everything that is out of place on the page: elements that are cut off or too wide, rows
 * that are too low, and broken words.
 */
// oxlint-disable-next-line no-unused-vars -- tests call it.
function misplaced() {
  const { clientWidth: width, scrollWidth } = document.documentElement;
  const named = (element) => {
    const text = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
    return `${element.tagName.toLowerCase()}.${element.className} “${text.slice(0, 40)}”`;
  };
  /** Returns the innermost elements that reach beyond the window. */
  const beyond = () =>
    [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .filter(
        (element, _, all) => !all.some((other) => other !== element && element.contains(other)),
      )
      .map(named);
  const found =
    scrollWidth > width
      ? [`the page is ${scrollWidth} wide in ${width}, by ${beyond().slice(0, 3).join(' and ')}`]
      : [];
  const isSeen = (element) =>
    element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  /**
   * Returns the left and right edges beyond which the element is cut off, or null if it can't be.
   */
  const windowOf = (element) => {
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(parent);
      if (overflowX === 'auto' || overflowX === 'scroll') return null;
      // Truncated text ends in an ellipsis.
      if (textOverflow === 'ellipsis') return null;
      if (overflowX !== 'visible') return parent.getBoundingClientRect();
    }
    return { left: 0, right: width };
  };
  /** A word that is at most this wide fits on every line; the longest username does. */
  const fitting = Math.min(width - 96, 320);
  /** Returns the length of part of a text, in pixels, and the number of lines that it takes. */
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
    // Text for screen readers only is the size of a dot.
    if (!isSeen(control) || wide < 2 || height < 2) continue;
    const edges = windowOf(control);
    if (edges && (left < edges.left - 1 || right > edges.right + 1))
      found.push(`cut off: ${named(control)}`);
  }
  // If a row is too low for its text, the text covers the next row.
  for (const label of document.querySelectorAll('label'))
    if (isSeen(label) && label.clientHeight > 2 && label.scrollHeight > label.clientHeight + 1)
      found.push(`too low: ${named(label)}`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const { parentElement: parent } = text;
    if (!parent || !isSeen(parent)) continue;
    for (const token of (text.textContent ?? '').matchAll(/\S+/g)) {
      // A word that fits on no line, such as a long URL, has to be broken.
      if (rectsOf(text, token).length > fitting) continue;
      for (const word of token[0].matchAll(/[\p{L}\p{N}]+/gu)) {
        const at = { 0: word[0], index: token.index + word.index };
        if (rectsOf(text, at).lines > 1) found.push(`broken word: ${word[0]} in ${named(parent)}`);
      }
    }
  }
  return found;
}
