/** What a page asks of its host: nothing reaches a handler that is not what the protocol says, or that is too much. Pure leaf. */
import type { Check } from '../../../webview/check.ts';
import { type PageName, type PageProblem, pages, type ToHost, wire } from '../../../webview/protocol.ts';

export type Handlers<Page extends PageName> = {
  [Method in keyof ToHost<Page>]: (
    params: ToHost<Page>[Method]['params'],
  ) => ToHost<Page>[Method]['result'] | Promise<ToHost<Page>[Method]['result']>;
};

export interface Answer {
  kind: 'answer';
  /** -1: the request had none that could be read. */
  id: number;
  error: string | null;
  problem: PageProblem | null;
  result?: unknown;
}

export interface RequestRules {
  /** @throws where another platform is in use */
  requireUse(on: string): void;
  /** Of what was refused; null: it went wrong. */
  refusal(failure: unknown): PageProblem | null;
}

interface Definition {
  params: Check<unknown>;
  result: Check<unknown>;
  limit?: number;
  anywhere?: boolean;
}

/** Of a request in characters, where the protocol gives it no more. */
const usualLimit = 1 << 20;

/** Never rejects; `failure` is what the answer's error says, in full: not of what is refused. */
export async function answerRequest<Page extends PageName>(
  page: Page,
  handlers: Handlers<Page>,
  message: unknown,
  rules: RequestRules,
): Promise<{ answer: Answer; failure?: unknown }> {
  const methods: Record<string, Definition> = pages[page].toHost;
  const byName = handlers as Record<string, (params: unknown) => unknown>;
  let id = -1;
  try {
    const request = wire.request(message, 'request');
    id = request.id;
    const definition = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    const handler = Object.hasOwn(handlers, request.method) ? byName[request.method] : undefined;
    if (!definition || !handler) throw new TypeError(`no such method: ${request.method.slice(0, 40)}`);
    const { limit = usualLimit } = definition;
    if (isLarger(message, limit)) throw new TypeError(`${request.method}: more than ${limit} characters`);
    const params = definition.params((message as { params?: unknown }).params ?? null, request.method);
    // With nothing between this and the handler, which keeps to the platform that is in use as it begins.
    if (!definition.anywhere) rules.requireUse(request.on);
    const result = definition.result((await handler(params)) ?? null, `${request.method}.result`);
    return { answer: { kind: 'answer', id, error: null, problem: null, result } };
  } catch (failure) {
    const problem = rules.refusal(failure);
    if (problem) return { answer: { kind: 'answer', id, error: null, problem } };
    const error = failure instanceof Error ? failure.message : String(failure);
    return { answer: { kind: 'answer', id, error, problem: null }, failure };
  }
}

/** Counts no further than it must. Without recursion: how deep a message goes is its sender's choice. */
function isLarger(message: unknown, limit: number): boolean {
  const open = [message];
  let count = 0;
  while (open.length > 0 && count <= limit) {
    const value = open.pop();
    count += typeof value === 'string' ? value.length : 1;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value) && count + value.length > limit) return true;
    for (const [key, item] of Object.entries(value)) {
      count += key.length;
      open.push(item);
    }
  }
  return count > limit;
}
