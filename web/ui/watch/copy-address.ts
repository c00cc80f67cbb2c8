import { toast } from '../components/toast.js';

/** Puts an address into the clipboard; false where that is not allowed, and the address is shown instead. */
export async function copyAddress(address: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    // No clipboard without https or permission: show what to copy.
    toast({ text: `Copy this address: ${address}`, sticky: true });
    return false;
  }
}
