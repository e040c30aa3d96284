// Where this browser keeps its device and what it knows of others: IndexedDB, behind three functions.

export interface RecordStore {
  get(name: string): Promise<unknown>;
  put(name: string, value: unknown): Promise<void>;
  delete(name: string): Promise<void>;
}

const DATABASE = 'sealmeet';
const TABLE = 'records';

/** Fails where the browser has no storage: private windows of some, storage switched off. */
export async function openRecords(factory: IDBFactory = indexedDB): Promise<RecordStore> {
  const opening = factory.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  const table = (mode: IDBTransactionMode) => database.transaction(TABLE, mode).objectStore(TABLE);
  return {
    get: (name) => settled(table('readonly').get(name)),
    put: (name, value) => settled(table('readwrite').put(value, name)).then(() => undefined),
    delete: (name) => settled(table('readwrite').delete(name)).then(() => undefined),
  };
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
