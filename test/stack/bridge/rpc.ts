// The RPC server: POST /rpc, every parameter checked before a handler sees it.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../loopback.ts';
import type {
  BridgeMethod,
  BridgeMethods,
  Candidate,
  Fingerprint,
  Source,
  TransportDescription,
} from './api.ts';
import type { Handlers } from './bridge.ts';
import { BadInput, integer, list, matching, number, oneOf, record, text } from './checks.ts';
import { readHostileParams } from './hostile-params.ts';

/** Enough for frames to inject (hostile-api.ts). */
const BODY_LIMIT = 8 << 20;
const ID_LIMIT = 256;
const SOURCES_LIMIT = 32;
const CANDIDATES_LIMIT = 64;
const LAYERS_LIMIT = 6;

type Readers = { [M in BridgeMethod]: (params: Record<string, unknown>) => BridgeMethods[M]['params'] };

const conferenceOf = (params: Record<string, unknown>) => ({
  conference: text(params.conference, 'conference', ID_LIMIT),
});
const endpointOf = (params: Record<string, unknown>) => ({
  ...conferenceOf(params),
  endpoint: text(params.endpoint, 'endpoint', ID_LIMIT),
});

const READERS: Readers = {
  allocate: endpointOf,
  connect: (params) => ({ ...endpointOf(params), remote: readTransport(params.remote) }),
  addCandidates: (params) => ({
    ...endpointOf(params),
    candidates: readCandidates(params.candidates, 'candidates'),
  }),
  sources: (params) => ({ ...endpointOf(params), sources: readSources(params.sources) }),
  release: endpointOf,
  record: (params) => ({
    ...conferenceOf(params),
    label: matching(params.label, 'label', /^[A-Za-z0-9_-]{1,64}$/),
  }),
  stopRecording: conferenceOf,
  keyFrames: conferenceOf,
  observe: endpointOf,
  statistics: () => ({}),
  hostile: readHostileParams,
};

function readTransport(value: unknown): TransportDescription {
  const remote = record(value, 'remote');
  return {
    ufrag: text(remote.ufrag, 'remote.ufrag', 256),
    pwd: text(remote.pwd, 'remote.pwd', 256),
    fingerprint: readFingerprint(remote.fingerprint),
    candidates: readCandidates(remote.candidates, 'remote.candidates'),
  };
}

function readFingerprint(value: unknown): Fingerprint {
  const fingerprint = record(value, 'remote.fingerprint');
  return {
    hash: oneOf(fingerprint.hash, 'remote.fingerprint.hash', ['sha-256', 'sha-384', 'sha-512']),
    value: matching(
      fingerprint.value,
      'remote.fingerprint.value',
      /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31,63}$/,
    ),
    setup: oneOf(fingerprint.setup, 'remote.fingerprint.setup', ['actpass', 'active', 'passive']),
  };
}

function readCandidates(value: unknown, where: string): Candidate[] {
  return list(value, where, CANDIDATES_LIMIT, (one, at) => {
    const candidate = record(one, at);
    return {
      foundation: text(candidate.foundation, `${at}.foundation`, 64),
      component: integer(candidate.component, `${at}.component`, 1, 256),
      protocol: text(candidate.protocol, `${at}.protocol`, 16),
      priority: number(candidate.priority, `${at}.priority`, 0, 2 ** 32 - 1),
      ip: text(candidate.ip, `${at}.ip`, 256),
      port: integer(candidate.port, `${at}.port`, 0, 65535),
      type: text(candidate.type, `${at}.type`, 16),
    };
  });
}

const ssrc = (value: unknown, where: string) => integer(value, where, 1, 2 ** 32 - 1);

function readSources(value: unknown): Source[] {
  const sources = list(value, 'sources', SOURCES_LIMIT, (one, at): Source => {
    const source = record(one, at);
    return {
      ssrc: ssrc(source.ssrc, `${at}.ssrc`),
      media: oneOf(source.media, `${at}.media`, ['audio', 'video']),
      kind: oneOf(source.kind, `${at}.kind`, ['microphone', 'camera', 'screen', 'screen-audio']),
      name: text(source.name, `${at}.name`, ID_LIMIT),
      ...(source.rtx === undefined ? {} : { rtx: ssrc(source.rtx, `${at}.rtx`) }),
      ...(source.simulcast === undefined
        ? {}
        : { simulcast: list(source.simulcast, `${at}.simulcast`, LAYERS_LIMIT, ssrc) }),
    };
  });
  const names = new Set<string>();
  const owners = new Map<number, string>();
  for (const { name, ssrc: main, rtx, simulcast } of sources) {
    if (names.has(name)) throw new BadInput('sources', 'each name once', name);
    names.add(name);
    for (const one of new Set([main, ...(simulcast ?? [])])) claim(owners, one, name);
    if (rtx !== undefined) claim(owners, rtx, name);
  }
  return sources;
}

function claim(owners: Map<number, string>, one: number, name: string): void {
  if (owners.has(one)) throw new BadInput('sources', `each SSRC once (${name} and ${owners.get(one)})`, one);
  owners.set(one, name);
}

async function call(handlers: Handlers, body: string): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new BadInput('body', 'JSON {method, params}', body);
  }
  const { method, params } = record(parsed, 'body');
  const name = oneOf(method, 'method', Object.keys(READERS) as BridgeMethod[]);
  return dispatch(handlers, name, record(params ?? {}, 'params'));
}

function dispatch<M extends BridgeMethod>(handlers: Handlers, method: M, params: Record<string, unknown>) {
  return handlers[method](READERS[method](params));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw new BadInput('body', `at most ${BODY_LIMIT} bytes`, length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Listens, on 127.0.0.1 unless told otherwise, and says on which port. */
export async function serve(
  handlers: Handlers,
  port: number,
  host = LOOPBACK,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (request.method !== 'POST' || request.url !== '/rpc') {
      request.resume();
      answer(400, { error: `expected POST /rpc, came ${request.method} ${request.url?.slice(0, 80)}` });
      return;
    }
    readBody(request)
      .then((body) => call(handlers, body))
      .then(
        (result) => answer(200, { result }),
        (error: unknown) => {
          request.resume();
          answer(400, { error: error instanceof Error ? error.message : String(error) });
        },
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port };
}
