// Messages of an emoji comparison, inside Olm. docs/protocol.md §7.3; rule S8.

import { toBase64Url } from './bytes.ts';
import { bytes, closed, type Fields, oneOf, record, text } from './parse.ts';

export const SAS_REASONS = ['declined', 'stopped', 'mismatch', 'timeout', 'busy'] as const;
export type SasReason = (typeof SAS_REASONS)[number];

export type SasMessage = { tx: Uint8Array } & (
  | { step: 'start' }
  | { step: 'accept'; commit: Uint8Array }
  | { step: 'key'; key: Uint8Array }
  | { step: 'mac'; mac: string }
  | { step: 'cancel'; reason: SasReason }
);

const STEPS = ['start', 'accept', 'key', 'mac', 'cancel'] as const;

export function encodeSas(message: SasMessage): Fields {
  const head = { tx: toBase64Url(message.tx), step: message.step };
  switch (message.step) {
    case 'start':
      return head;
    case 'accept':
      return { ...head, commit: toBase64Url(message.commit) };
    case 'key':
      return { ...head, key: toBase64Url(message.key) };
    case 'mac':
      return { ...head, mac: message.mac };
    case 'cancel':
      return { ...head, reason: message.reason };
  }
}

export function parseSas(value: unknown): SasMessage {
  const step = oneOf(record(value, 'sas').step, 'sas step', STEPS);
  const extra = { start: [], accept: ['commit'], key: ['key'], mac: ['mac'], cancel: ['reason'] }[step];
  const fields = closed(value, 'sas', ['tx', 'step', ...extra]);
  const tx = bytes(fields.tx, 'sas tx', 16);
  switch (step) {
    case 'start':
      return { tx, step };
    case 'accept':
      return { tx, step, commit: bytes(fields.commit, 'sas commit', 32) };
    case 'key':
      return { tx, step, key: bytes(fields.key, 'sas key', 32) };
    case 'mac':
      return { tx, step, mac: text(fields.mac, 'sas mac', 64) };
    case 'cancel':
      return { tx, step, reason: oneOf(fields.reason, 'sas reason', SAS_REASONS) };
  }
}
