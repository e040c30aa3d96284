// Where this browser keeps its device and what it knows of others: IndexedDB, behind a few functions.

export interface RecordStore {
  get(name: string): Promise<unknown>;
  /**
   * Puts what `change` makes of what is stored, in one transaction: no other tab writes in between. Fulfilled once it is
   * stored; a later `get` of this page sees it in any case.
   */
  update(name: string, change: (stored: unknown) => unknown): Promise<void>;
  delete(name: string): Promise<void>;
  /** Calls back when another tab has updated it. */
  watch(name: string, heard: () => void): void;
}

const DATABASE = 'sealmeet';
const TABLE = 'records';

/** Fails where the browser has no storage: private windows of some, storage switched off. */
export async function openRecords(factory: IDBFactory = indexedDB): Promise<RecordStore> {
  const opening = factory.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  const table = (mode: IDBTransactionMode) => database.transaction(TABLE, mode).objectStore(TABLE);
  const tabs = new BroadcastChannel(`${DATABASE} ${TABLE}`);
  return {
    get: (name) => settled(table('readonly').get(name)),
    async update(name, change) {
      const records = table('readwrite');
      const put = async () => records.put(change(await settled(records.get(name))), name);
      await Promise.all([put(), committed(records.transaction)]);
      tabs.postMessage(name);
    },
    async delete(name) {
      const records = table('readwrite');
      records.delete(name);
      await committed(records.transaction);
    },
    watch: (name, heard) => tabs.addEventListener('message', ({ data }) => data === name && heard()),
  };
}

/** A request that succeeded is not stored yet: the page may close, or the disk be full, before its transaction ends. */
function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser stored nothing'));
  });
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(request.error ?? new Error('the browser’s storage failed without a reason'));
    if (request instanceof IDBOpenDBRequest) {
      request.onblocked = () =>
        reject(new Error('the browser’s storage is held by another version of this page'));
    }
  });
}
