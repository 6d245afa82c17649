/** What the queue-proxies of a real Knative would write into their logs: one entry a request that reached an instance. */
import type { Exchange } from './exchange.ts';
import { isProbe } from './headers.ts';
import type { FromDataPlane, RequestLogEntry } from './protocol.ts';

/** So many entries go at once: a burst neither waits for its second nor grows memory. */
const most = 500;

export class RequestLogs {
  readonly #emit: (message: FromDataPlane) => void;
  readonly #probes: boolean;
  #entries: RequestLogEntry[] = [];

  /** @param probes whether Knative's own probes count as requests. */
  constructor(emit: (message: FromDataPlane) => void, probes: boolean) {
    this.#emit = emit;
    this.#probes = probes;
  }

  /** @param now ms, monotonic, as the exchange's times. */
  record(exchange: Exchange, now: number, at: number): void {
    const { request, revision, instance } = exchange;
    if (!revision || !instance || (!this.#probes && isProbe(request.headers))) return;
    this.#entries.push({
      at,
      revision: revision.target.key,
      pod: instance.target.pod,
      method: request.method,
      uri: request.path,
      host: request.authority,
      headers: request.headers,
      requestSize: request.length ?? -1,
      status: exchange.status,
      responseSize: exchange.responseSize,
      seconds: (now - exchange.arrived - exchange.assignedAt) / 1_000,
      remoteAddress: exchange.remoteAddress,
      protocol: revision.target.protocol === 'h2c' ? 'HTTP/2.0' : 'HTTP/1.1',
    });
    if (this.#entries.length >= most) this.flush();
  }

  flush(): void {
    const entries = this.#entries;
    if (entries.length === 0) return;
    this.#entries = [];
    this.#emit({ type: 'requestLogs', entries });
  }
}
