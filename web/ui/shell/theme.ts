import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

/** The same key as in web/inline/theme.js, which applies the theme before the first paint. */
const KEY = 'onair.theme';

function read(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

/** The chosen theme; `system` follows the operating system. */
export const theme = signal<Theme>(read());

/** Applies a theme immediately and stores it. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
  try {
    if (chosen === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // Storage is blocked, so the choice lasts for this page only.
  }
}
