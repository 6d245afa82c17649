/** The page's end of the protocol: typed requests with an id each, events checked before anybody sees them. */
import type { Check } from '../check.ts';
import { type PageName, type PageProblem, pages, type ToHost, type ToView, wire } from '../protocol.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export interface Channel<Page extends PageName> {
  request<Method extends keyof ToHost<Page> & string>(
    method: Method,
    params: ToHost<Page>[Method]['params'],
  ): Promise<ToHost<Page>[Method]['result']>;
  /** What is asked for from now on is asked for on this platform. */
  drawnFor(platform: string): void;
  on<Event extends keyof ToView<Page> & string>(event: Event, listener: (payload: ToView<Page>[Event]) => void): void;
  /** What the page keeps over hiding and reload; whatever was stored, unchecked. */
  load(): unknown;
  save(state: unknown): void;
}

/** What the host does not do, and why, in the user's words. */
export class Refusal extends Error {
  readonly problem: PageProblem;
  /** The platform that it was asked for on. */
  readonly on: string;

  constructor(problem: PageProblem, on: string) {
    super(problem.text);
    this.problem = problem;
    this.on = on;
  }
}

interface Call {
  method: string;
  on: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export function openChannel<Page extends PageName>(page: Page): Channel<Page> {
  const api = acquireVsCodeApi();
  const definition = pages[page];
  const waiting = new Map<number, Call>();
  const listeners = new Map<string, (payload: unknown) => void>();
  let nextId = 1;
  let on = '';

  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== 'object' || data === null || !('kind' in data)) return;
    if (data.kind === 'answer') answered(data);
    else if (data.kind === 'event') happened(data);
  });

  function answered(data: object): void {
    const { id, error, problem } = wire.answer(data, 'answer');
    const call = waiting.get(id);
    if (!call) return;
    waiting.delete(id);
    if (problem !== null) {
      call.reject(new Refusal(problem, call.on));
      return;
    }
    if (error !== null) {
      call.reject(new Error(error));
      return;
    }
    const methods: Record<string, { result: Check<unknown> }> = definition.toHost;
    try {
      call.resolve(methods[call.method]?.result('result' in data ? data.result : undefined, `${call.method}.result`));
    } catch (problem) {
      call.reject(problem instanceof Error ? problem : new Error(String(problem)));
    }
  }

  function happened(data: object): void {
    const { name, payload } = wire.event(data, 'event');
    const events: Record<string, Check<unknown>> = definition.toView;
    const check = Object.hasOwn(events, name) ? events[name] : undefined;
    if (check) listeners.get(name)?.(check(JSON.parse(payload), name));
  }

  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { method, on, resolve: resolve as (value: unknown) => void, reject });
        api.postMessage({ kind: 'request', id, method, on, params });
      }),
    drawnFor: (platform) => {
      on = platform;
    },
    on: (event, listener) => listeners.set(event, listener as (payload: unknown) => void),
    load: () => api.getState(),
    save: (state) => api.setState(state),
  };
}
