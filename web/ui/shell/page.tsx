import { render, type ComponentChildren } from 'preact';
import { Confirmation } from '../components/confirm.js';
import { Toasts } from '../components/toast.js';
import '../design/base.css';
import './page.css';

export interface PageProps {
  /** The bar at the top, usually a `Header`. */
  header?: ComponentChildren;
  children: ComponentChildren;
  /** The maximum content width; with `full`, the page determines the layout. */
  width?: 'full' | 'wide' | 'card';
}

/** The frame of every page, with header, main content, toasts and confirmations. */
export function Page({ header, children, width = 'full' }: PageProps) {
  return (
    <>
      {header && (
        <a class="skip-link" href="#main">
          Skip to content
        </a>
      )}
      {header}
      <main class={`main main-${width}`} id="main" tabIndex={-1}>
        {children}
      </main>
      <Toasts />
      <Confirmation />
    </>
  );
}

/** Renders a page into `#app`, which every HTML file contains. */
export function mount(page: ComponentChildren): void {
  const root = document.getElementById('app');
  if (!root) throw new Error('the page has no #app');
  render(page, root);
}
