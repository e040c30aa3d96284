// The code that everybody compares: the roster, stretched against grinding. docs/protocol.md §7.4; rule M19.

import { scryptAsync } from '@noble/hashes/scrypt.js';
import { utf8 } from '../wire/index.ts';

const GROUPS = 6;

/** Thirty digits of a roster digest. Takes a good part of a second and 32 MB: once for each snapshot, not for each change. */
export async function meetingCode(digest: Uint8Array): Promise<string> {
  const bytes = await scryptAsync(digest, utf8('Sealmeet 1 code'), {
    N: 2 ** 15,
    r: 8,
    p: 1,
    dkLen: 5 * GROUPS,
  });
  return Array.from({ length: GROUPS }, (_, group) => {
    const number = bytes.slice(5 * group, 5 * group + 5).reduce((sum, byte) => sum * 256 + byte, 0);
    return String(number % 100_000).padStart(5, '0');
  }).join('');
}
