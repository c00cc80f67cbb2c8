/**
 * Moves the focus between messages with the arrow keys; Tab then moves it to the message's buttons.
 */
export function walk(event: KeyboardEvent): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const list = event.currentTarget;
  if (step === undefined || !(list instanceof HTMLElement)) return;
  const messages = [...list.querySelectorAll<HTMLElement>('[data-message]')];
  const current = messages.findIndex((message) => message.contains(document.activeElement));
  const next = current === -1 ? messages.at(-1) : messages[current + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
