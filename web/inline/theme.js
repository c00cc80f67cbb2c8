// Applies the chosen theme before the first paint, so that the page never flashes in the other
// theme. web/ui/shell/theme.ts writes the choice.
try {
  const theme = localStorage.getItem('onair.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked (in a sandboxed embed), so the system's theme applies.
}
