// The bridge: its conferences, and what each RPC method does to them.
import { join } from 'node:path';
import type { BridgeMethods, ObservedSource, Statistics } from './api.ts';
import { Conference } from './conference.ts';
import { runHostile } from './hostile.ts';
import { Recording } from './recording.ts';

const CONFERENCE_LIMIT = 64;

export type Handlers = {
  [M in keyof BridgeMethods]: (
    params: BridgeMethods[M]['params'],
  ) => Promise<BridgeMethods[M]['result']> | BridgeMethods[M]['result'];
};

export interface Bridge {
  handlers: Handlers;
  close(): Promise<void>;
}

export interface BridgeSettings {
  directory: string;
  bitrate: number;
  log: (line: string) => void;
}

export function createBridge({ directory, bitrate, log }: BridgeSettings): Bridge {
  const conferences = new Map<string, Conference>();
  let recordings = 0;

  function known(name: string): Conference {
    const conference = conferences.get(name);
    if (!conference) throw new Error(`conference ${name} is not known here`);
    return conference;
  }

  async function endIfEmpty(conference: Conference): Promise<void> {
    if (conference.endpoints.size > 0 || conference.recording) return;
    conferences.delete(conference.name);
    await conference.close();
  }

  const handlers: Handlers = {
    allocate({ conference: name, endpoint }) {
      let conference = conferences.get(name);
      if (!conference) {
        if (conferences.size >= CONFERENCE_LIMIT) {
          throw new Error(`allocate: there are ${CONFERENCE_LIMIT} conferences, the most there may be`);
        }
        conference = new Conference(name, bitrate, log);
        conferences.set(name, conference);
      }
      return conference.allocate(endpoint);
    },
    connect({ conference, endpoint, remote }) {
      known(conference).endpoint(endpoint).connect(remote);
      return {};
    },
    addCandidates({ conference, endpoint, candidates }) {
      known(conference).endpoint(endpoint).addCandidates(candidates);
      return {};
    },
    sources({ conference, endpoint, sources }) {
      known(conference).setSources(endpoint, sources);
      return {};
    },
    async release({ conference: name, endpoint }) {
      const conference = known(name);
      await conference.release(endpoint);
      await endIfEmpty(conference);
      return {};
    },
    record({ conference: name, label }) {
      const conference = known(name);
      if (conference.recording) {
        throw new Error(`record: ${conference.recording.label} is being recorded, stop that first`);
      }
      recordings += 1;
      conference.recording = new Recording(label, join(directory, `${recordings}-${label}`));
      conference.requestKeyFrames();
      return { directory: conference.recording.directory };
    },
    async stopRecording({ conference: name }) {
      const conference = known(name);
      const { recording } = conference;
      if (!recording) throw new Error(`stopRecording: nothing is being recorded in ${name}`);
      conference.recording = null;
      const sources = await recording.stop();
      await endIfEmpty(conference);
      return { label: recording.label, sources };
    },
    keyFrames({ conference }) {
      return { requested: known(conference).requestKeyFrames() };
    },
    observe({ conference, endpoint }) {
      const sources: ObservedSource[] = [];
      for (const { description, codec, observed } of known(conference).endpoint(endpoint).sources.values()) {
        const { name, media, kind } = description;
        sources.push({ name, media, kind, codec, frames: observed.list() });
      }
      return { sources };
    },
    statistics() {
      const result: Statistics = { conferences: {} };
      for (const [name, { endpoints }] of conferences) {
        result.conferences[name] = {
          endpoints: Object.fromEntries([...endpoints].map(([id, endpoint]) => [id, endpoint.statistics()])),
        };
      }
      return result;
    },
    hostile(params) {
      return runHostile(known(params.conference), params);
    },
  };

  return {
    handlers,
    async close() {
      for (const conference of conferences.values()) {
        await conference.recording?.stop();
        await conference.close();
      }
      conferences.clear();
    },
  };
}
