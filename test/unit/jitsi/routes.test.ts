// Which source of whom each transform carries, as the page's tracks come, go and take each other's places.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attached } from '../../../web-plugin/src/jitsi/connections.ts';
import { Routes } from '../../../web-plugin/src/jitsi/routes.ts';

test('a sender whose track is being replaced carries nothing until it is, whatever else changes meanwhile', () => {
  const sources: unknown[] = [];
  const routes = new Routes((command) => command.type === 'send-route' && sources.push(command.source));
  const track = (id: string, settings: object) => ({ kind: 'video', id, getSettings: () => settings });
  const holder = { track: track('camera', {}) };
  const sender = { transform: 1, media: 'video', holder } as unknown as Attached<RTCRtpSender>;
  routes.addSender(sender, null);
  routes.closeSender(sender);
  // Somebody joins, mutes or leaves.
  routes.routeSenders(null);
  assert.deepEqual(sources, [2, null]);
  holder.track = track('screen', { displaySurface: 'monitor' });
  routes.routeSender(sender, null);
  routes.routeSenders(null);
  assert.deepEqual(sources, [2, null, 3]);
});
