import { useEffect, useState } from 'preact/hooks';
import type { StorageView } from '../../../src/protocol/storage.js';
import { accountApi } from '../../client/account-api.js';
import { RequestError } from '../../client/request-error.js';

/** Loads the account's storage use; null until it is loaded, or if loading fails. */
export function useStorage(): StorageView | null {
  const [storage, setStorage] = useState<StorageView | null>(null);
  useEffect(() => {
    void accountApi.storage().then(setStorage, (error: unknown) => {
      if (!(error instanceof RequestError)) throw error;
    });
  }, []);
  return storage;
}
