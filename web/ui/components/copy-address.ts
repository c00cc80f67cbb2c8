import { toast } from './toast.js';

/**
 * Copies an address to the clipboard; returns false if that is not allowed, and shows the address
 * instead.
 */
export async function copyAddress(address: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    // The clipboard needs https and permission: show the address instead.
    toast({ text: `Copy this address: ${address}`, sticky: true });
    return false;
  }
}
