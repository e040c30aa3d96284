// A typed client of the bridge's RPC.
import { LOOPBACK } from '../loopback.ts';
import type { BridgeMethod, BridgeMethods } from './api.ts';

export interface BridgeClient {
  readonly port: number;
  call<M extends BridgeMethod>(
    method: M,
    params: BridgeMethods[M]['params'],
  ): Promise<BridgeMethods[M]['result']>;
}

/** The bridge refused a call; the message is the bridge's. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
}

const TIMEOUT_MS = 15_000;

export function bridgeClient(port: number, host = LOOPBACK): BridgeClient {
  return {
    port,
    async call(method, params) {
      const response = await fetch(`http://${host}:${port}/rpc`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ method, params }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = (await response.json()) as { result: never } | { error: string };
      if ('error' in answer) throw new BridgeError(`${method}: ${answer.error}`);
      return answer.result;
    },
  };
}
