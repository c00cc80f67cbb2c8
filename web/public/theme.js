// Runs before the first paint, so that a chosen theme never flashes. It is a separate file because
// the content security policy allows no inline scripts. web/ui/shell/theme.ts writes the choice.
try {
  const theme = localStorage.getItem('onair.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked (in a sandboxed embed), so the system's theme applies.
}
