// Runs before the first paint, so that a chosen theme never flashes. A file of its own because
// the content security policy allows no inline scripts. web/ui/shell/theme.ts writes the choice.
try {
  const theme = localStorage.getItem('onair.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused (a sandboxed embed): the system's theme stands.
}
