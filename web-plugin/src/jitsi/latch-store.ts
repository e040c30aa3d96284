// Rooms that this browser has seen sealed, kept across visits (rule M21).

const PREFIX = 'sealmeet latch ';

export interface LatchStore {
  has(key: string): boolean;
  set(key: string, isLatched: boolean): void;
}

/** A private window or broken storage remembers for the life of the page. */
export function latchStore(storage: () => Storage = () => localStorage): LatchStore {
  /** What could not be stored. Of what could, other tabs may know better by now. */
  const memory = new Map<string, boolean>();
  return {
    has(key) {
      const known = memory.get(key);
      if (known !== undefined) return known;
      try {
        return storage().getItem(PREFIX + key) !== null;
      } catch {
        return false;
      }
    },
    set(key, isLatched) {
      memory.set(key, isLatched);
      try {
        if (isLatched) storage().setItem(PREFIX + key, new Date().toISOString());
        else storage().removeItem(PREFIX + key);
        memory.delete(key);
      } catch {
        // Remembered for the life of the page.
      }
    },
  };
}
