// What travels between participants: names, limits, schemas, encodings. docs/protocol.md §2 to §5.

export * from './beacon.ts';
export * from './bundle.ts';
export * from './bytes.ts';
export * from './data.ts';
export * from './endpoint.ts';
export * from './key.ts';
export * from './limits.ts';
export * from './names.ts';
export { Refusal } from './parse.ts';
export * from './plaintext.ts';
export * from './sas.ts';
