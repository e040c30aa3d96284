// Which public keys are refused before any arithmetic sees them. docs/protocol.md §3, rule M13: libolm takes anything.

const P = 2n ** 255n - 19n;

/** u of the points of order 1, 2, 4 and 8 on Curve25519 and its twist (RFC 7748 §7). */
const SMALL_ORDER_U = new Set([
  0n,
  1n,
  P - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

/** y of the points of order 1, 2, 4 and 8 on Ed25519. */
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at] ?? 0);
  return value;
}

/** A Curve25519 key that is canonical (bit 255 clear, u < p) and generates more than the small subgroup. */
export function isSoundCurve25519(key: Uint8Array): boolean {
  const u = littleEndian(key);
  return key.length === 32 && u < P && !SMALL_ORDER_U.has(u);
}

/** An Ed25519 key whose y is canonical and which is not of small order; bit 255 is the sign of x. */
export function isSoundEd25519(key: Uint8Array): boolean {
  const y = littleEndian(key) & (2n ** 255n - 1n);
  return key.length === 32 && y < P && !SMALL_ORDER_Y.has(y);
}
