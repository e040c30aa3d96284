// One participant of a test call: a browser page whose RTCPeerConnection is joined to the bridge by its RPC.
import type { Browser, Page as BrowserPage } from '@playwright/test';
import type { Source } from '../../stack/bridge/api.ts';
import type { Capabilities } from '../../stack/bridge/capabilities.ts';
import type { BridgeClient } from '../../stack/bridge/client.ts';
import type { Page } from './page.ts';
import { type OfferOptions, type RemoteSource, readAnswer, writeOffer } from './session-description.ts';
import type { Seen } from './tagging-worker.ts';

export interface ParticipantOptions {
  browser: Browser;
  /** Where page.ts is served. */
  url: string;
  bridge: BridgeClient;
  conference: string;
  endpoint: string;
  capabilities: Capabilities;
  frequency: number;
  /** Frames say whose they are (tagging-worker.ts). */
  tagged?: boolean;
  /** Seconds to wait for the connection; absent: 20. */
  patience?: number;
  /** Of the camera; absent: 320. */
  width?: number;
  /** Simulcast layers of the camera. */
  layers?: number;
  offer?: Pick<OfferOptions, 'iceLite' | 'setup'>;
}

export class Participant {
  sources: Source[] = [];
  /** By m-line. */
  remote: RemoteSource[] = [];
  private version = 1;
  private transport: OfferOptions['transport'] | null = null;

  private constructor(
    private readonly options: ParticipantOptions,
    readonly page: BrowserPage,
  ) {}

  /** Joins, sending and receiving what `others` send. */
  static async join(options: ParticipantOptions, others: Participant[]): Promise<Participant> {
    const { browser, url, bridge, conference, endpoint, frequency } = options;
    const page = await browser.newPage();
    await page.goto(url);
    const participant = new Participant(options, page);
    await participant.run('addMedia', frequency, 30, options.width ?? 320, options.tagged ? endpoint : null);
    participant.transport = await bridge.call('allocate', { conference, endpoint });
    participant.remote = others.flatMap((other) => other.offered());
    const { remote, sources } = readAnswer(await participant.negotiate());
    participant.sources = sources;
    await bridge.call('sources', { conference, endpoint, sources });
    await bridge.call('connect', { conference, endpoint, remote });
    await participant.run('whenConnected', options.patience ?? 20);
    for (const other of others) {
      other.remote.push(...participant.offered());
      await other.negotiate();
    }
    return participant;
  }

  get endpoint(): string {
    return this.options.endpoint;
  }

  offered(): RemoteSource[] {
    return this.sources.map((source) => ({ endpoint: this.options.endpoint, source }));
  }

  /** Offers the browser the sources of now. */
  async negotiate(): Promise<string> {
    if (!this.transport) throw new Error('participant: not allocated');
    const { capabilities, offer, layers } = this.options;
    const { transport, remote } = this;
    const sdp = writeOffer({ transport, capabilities, remote, version: this.version++, ...offer });
    return this.run('answer', sdp, layers ?? 1);
  }

  /** Somebody left: its m-lines become inactive with the next offer. */
  forget(endpoint: string): void {
    for (const one of this.remote) if (one.endpoint === endpoint) one.gone = true;
  }

  /** The m-line of somebody's source. */
  mid(endpoint: string, name: string): number {
    const at = this.remote.findIndex((one) => isIt(one, endpoint, name));
    if (at < 0) throw new Error(`participant: ${this.endpoint} does not receive ${endpoint}/${name}`);
    return at + 2;
  }

  async received(endpoint: string, name: string) {
    const ssrc = this.remote.find((one) => isIt(one, endpoint, name))?.source.ssrc;
    return (await this.run('received')).find((one) => one.ssrc === ssrc) ?? null;
  }

  /** What arrived of somebody's source since the last call, by what its frames say of themselves. */
  seen(endpoint: string, name: string): Promise<Seen> {
    return this.run('seen', this.mid(endpoint, name));
  }

  tone(endpoint: string): Promise<number> {
    return this.run('tone', this.mid(endpoint, 'microphone'));
  }

  run<M extends keyof Page>(method: M, ...given: Parameters<Page[M]>): Promise<Awaited<ReturnType<Page[M]>>> {
    const call = { method, given: given as unknown[] };
    return this.page.evaluate(({ method, given }) => {
      const { participant } = window as unknown as Record<
        string,
        Record<string, (...all: unknown[]) => unknown>
      >;
      return participant?.[method]?.(...given);
    }, call) as Promise<Awaited<ReturnType<Page[M]>>>;
  }

  async leave(): Promise<void> {
    const { bridge, conference, endpoint } = this.options;
    await bridge.call('release', { conference, endpoint });
    await this.page.close();
  }
}

function isIt({ endpoint, source, gone }: RemoteSource, ofEndpoint: string, name: string): boolean {
  return endpoint === ofEndpoint && source.name === name && !gone;
}
