// The parts of @xmpp/client and @xmpp/component that the stack uses: the packages ship no types.

declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';

  export type Child = Element | string | number | undefined | null | false;
  export interface Element {
    name: string;
    attrs: Record<string, string | undefined>;
    children: (Element | string)[];
    is(name: string, xmlns?: string): boolean;
    getNS(): string | undefined;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    getChildElements(): Element[];
    getChildText(name: string, xmlns?: string): string | null;
    getText(): string;
    append(...children: Child[]): void;
    remove(name: string, xmlns?: string): void;
    toString(): string;
  }
  export interface Jid {
    local: string;
    domain: string;
    resource: string;
    bare(): Jid;
    toString(): string;
  }
  /** What a handler of the middleware is given. */
  export interface Context {
    stanza: Element;
    /** The first child of an IQ. */
    element: Element;
    name: string;
    type: string;
    id: string;
    from: Jid | null;
  }
  export type IqHandler = (
    context: Context,
  ) => Element | true | undefined | Promise<Element | true | undefined>;
  export interface Entity extends EventEmitter {
    status: string;
    jid: Jid | null;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
    reconnect: { delay: number; stop(): void };
    iqCaller: {
      request(stanza: Element, timeoutMs?: number): Promise<Element>;
      get(element: Element, to?: string, timeoutMs?: number): Promise<Element>;
      set(element: Element, to?: string, timeoutMs?: number): Promise<Element>;
    };
    iqCallee: {
      get(xmlns: string, name: string, handler: IqHandler): void;
      set(xmlns: string, name: string, handler: IqHandler): void;
    };
  }
  export function xml(name: string, attrs?: Record<string, unknown> | string, ...children: Child[]): Element;
  export function jid(text: string): Jid;
  export function client(options: {
    service: string;
    domain?: string;
    resource?: string;
    /** Neither these nor a name and password: anonymous. */
    credentials?: (
      authenticate: (credentials: { username: string; password: string }, mechanism: string) => Promise<void>,
    ) => Promise<void>;
    username?: string;
    password?: string;
  }): Entity;
}

declare module '@xmpp/component' {
  export { jid, xml } from '@xmpp/client';

  import type { Entity } from '@xmpp/client';
  export function component(options: { service: string; domain: string; password: string }): Entity;
}

declare module 'ltx' {
  import type { Element } from '@xmpp/client';
  /** Throws unless the text is one whole element. */
  export function parse(text: string): Element;
}
