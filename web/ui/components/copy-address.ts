import { toast } from './toast.js';

/**
 * Copies an address to the clipboard. If that isn't allowed, shows the address and returns false.
 */
export async function copyAddress(address: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    // The clipboard requires HTTPS and permission. Without them, the address is shown instead.
    toast({ text: `Copy this address: ${address}`, sticky: true });
    return false;
  }
}
