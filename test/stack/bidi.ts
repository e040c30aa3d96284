// The part of WebDriver BiDi (W3C) that driving Firefox takes: a session over one web socket, and pages in it.
import { WebSocket } from 'ws';

const ANSWER_MS = 60_000;

interface Waiting {
  method: string;
  resolve(result: Answer): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

type Answer = Record<string, unknown>;

/** What a page's console shows: `text` of a line at this level; uncaught exceptions are errors of type "javascript". */
export interface LogEntry {
  type: string;
  level: string;
  text: string;
}

/** As much of a page as tests need that look at it: what Playwright's pages have, too. */
export interface LookedAt {
  /** The function travels as text; argument and result as JSON. */
  evaluate<A, R>(look: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  evaluate<R>(look: () => R | Promise<R>): Promise<R>;
}

export class BidiSession {
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #logs = new Map<string, (entry: LogEntry) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Answer));
    socket.on('close', () => {
      for (const { method, reject, timer } of this.#waiting.values()) {
        clearTimeout(timer);
        reject(new Error(`${method}: the browser has ended`));
      }
      this.#waiting.clear();
    });
  }

  static async open(address: string): Promise<BidiSession> {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const session = new BidiSession(socket);
    await session.send('session.new', { capabilities: {} });
    await session.send('session.subscribe', { events: ['log.entryAdded'] });
    return session;
  }

  /** Rejects with the browser's own words when it refuses the command. */
  send(method: string, params: object): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${method}: no answer within ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      this.#waiting.set(id, { method, resolve, reject, timer });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** A window with storage of its own; the scripts run in each of its documents before anything else. */
  async newPage(scripts: string[], onLog: (entry: LogEntry) => void): Promise<BidiPage> {
    const { userContext } = await this.send('browser.createUserContext', {});
    // A tab behind another one would be slowed down.
    const { context } = await this.send('browsingContext.create', { type: 'window', userContext });
    const page = new BidiPage(this, String(context), String(userContext));
    this.#logs.set(page.context, onLog);
    for (const functionDeclaration of scripts)
      await this.send('script.addPreloadScript', { functionDeclaration, contexts: [page.context] });
    return page;
  }

  close(): void {
    this.socket.close();
  }

  #receive(message: Answer): void {
    if (message.type === 'event') {
      const { source, ...entry } = message.params as LogEntry & { source: { context?: string } };
      this.#logs.get(source?.context ?? '')?.(entry);
      return;
    }
    const waiting = this.#waiting.get(message.id as number);
    if (!waiting) return;
    this.#waiting.delete(message.id as number);
    clearTimeout(waiting.timer);
    if (message.type === 'success') waiting.resolve(message.result as Answer);
    else waiting.reject(new Error(`${waiting.method}: ${message.error}: ${message.message}`));
  }
}

export class BidiPage implements LookedAt {
  constructor(
    private readonly session: BidiSession,
    readonly context: string,
    private readonly userContext: string,
  ) {}

  async goto(url: string): Promise<void> {
    await this.session.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' });
  }

  async evaluate<A, R>(look: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
    const answer = await this.session.send('script.callFunction', {
      functionDeclaration: `async (text) => JSON.stringify(await (${look})(...JSON.parse(text)))`,
      arguments: [{ type: 'string', value: JSON.stringify(argument === undefined ? [] : [argument]) }],
      awaitPromise: true,
      target: { context: this.context },
    });
    if (answer.type === 'exception')
      throw new Error(`in the page: ${(answer.exceptionDetails as { text: string }).text}`);
    const { value } = answer.result as { value?: string };
    return value === undefined ? (undefined as R) : (JSON.parse(value) as R);
  }

  /** The page and all that its window kept. */
  async close(): Promise<void> {
    await this.session.send('browser.removeUserContext', { userContext: this.userContext });
  }
}
