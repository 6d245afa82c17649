/**
 * Activator and queue of one revision: which instance takes the next request, who waits for one, and who is turned away.
 *
 * | mode | waits | at most | chosen among instances |
 * | --- | --- | --- | --- |
 * | Proxy (through the activator) | at the revision, until an instance has a free slot | 10,000 | CC 0: the less busy of two at random; CC ≤ 3: the first with a slot; else round robin |
 * | Serve | at the instance | 10 × CC each | round robin |
 *
 * With no instance at all a request waits at the revision in both modes: nothing that is held is lost.
 */
import type { InstanceTarget, RevisionTarget } from './protocol.ts';
import { RequestStats } from './statistics.ts';
import type { Upstream, UpstreamHandler } from './types.ts';

export const activatorQueueLimit = 10_000;
const queueFactor = 10;

/** One that wants an instance; `assigned` is called once, later than `acquire`. */
export interface Waiter {
  assigned(instance: Instance): void;
  /** The revision is gone for good. */
  abandoned(): void;
}

/** How connections to an instance are kept. */
export interface Connections {
  /** A kept one (`ready`), or a new one: `upstreamConnected` or `upstreamFailed` of the handler follows. */
  acquire(handler: UpstreamHandler): Upstream;
  /** Closes what was kept for too long. */
  sweep(now: number): void;
  /** Keeps nothing any more; what is in use goes on to its end. */
  close(): void;
}

export interface Instance {
  target: InstanceTarget;
  readonly stats: RequestStats;
  connections: Connections;
  inFlight: number;
  /** Of those, how many were upgraded (WebSocket). */
  tunnels: number;
  /** Waiting at this very instance (Serve). */
  readonly queue: Set<Waiter>;
  /** Refused a connection; not chosen before this time (ms, monotonic). */
  avoidUntil: number;
  /** No longer in the snapshot. */
  gone: boolean;
  /** ms, monotonic, of the last end of a request; for draining. */
  quietSince: number;
  drainReported: boolean;
  /** ms, monotonic, since it is being stopped. */
  drainingSince: number;
}

export interface RevisionPorts {
  now(): number;
  random(): number;
  connect(target: InstanceTarget, protocol: RevisionTarget['protocol']): Connections;
  /** One that is no longer in the snapshot has ended its last request. */
  left(pod: string): void;
}

export class Revision {
  target: RevisionTarget;
  readonly instances = new Map<string, Instance>();
  readonly #ports: RevisionPorts;
  readonly #waiting = new Set<Waiter>();
  #usable: Instance[] = [];
  #next = 0;

  constructor(target: RevisionTarget, ports: RevisionPorts) {
    this.#ports = ports;
    this.target = target;
    this.apply(target);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Requests that wait or run. */
  get busy(): boolean {
    if (this.#waiting.size > 0) return true;
    for (const instance of this.instances.values()) if (instance.inFlight > 0 || instance.queue.size > 0) return true;
    return false;
  }

  apply(target: RevisionTarget): void {
    this.target = target;
    const seen = new Set<string>();
    for (const instance of target.instances) {
      seen.add(instance.pod);
      this.#put(instance);
    }
    for (const [pod, instance] of this.instances) if (!seen.has(pod)) this.#remove(pod, instance);
    this.#choose();
    this.drain();
  }

  /** Turns everybody away who waits. */
  close(): void {
    this.apply({ ...this.target, instances: [] });
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.abandoned();
  }

  #put(target: InstanceTarget): void {
    const { now, connect } = this.#ports;
    const known = this.instances.get(target.pod);
    if (known && known.target.host === target.host && known.target.port === target.port) {
      if (target.draining && !known.target.draining) {
        known.quietSince = now();
        known.drainingSince = now();
        // Kept connections would keep an application from ending that waits for them.
        known.connections.close();
        known.connections = connect(target, this.target.protocol);
      }
      known.target = target;
      return;
    }
    if (known) this.#remove(target.pod, known);
    this.instances.set(target.pod, {
      target,
      stats: new RequestStats(now()),
      connections: connect(target, this.target.protocol),
      inFlight: 0,
      tunnels: 0,
      queue: new Set(),
      avoidUntil: 0,
      gone: false,
      quietSince: now(),
      drainReported: false,
      drainingSince: now(),
    });
  }

  #remove(pod: string, instance: Instance): void {
    this.instances.delete(pod);
    instance.gone = true;
    instance.connections.close();
    for (const waiter of instance.queue) this.#waiting.add(waiter);
    instance.queue.clear();
    if (instance.inFlight === 0) this.#ports.left(pod);
  }

  /** As a Kubernetes Endpoints has it: one that is being stopped is no longer among them. */
  #choose(): void {
    this.#usable = [...this.instances.values()].filter(({ target }) => !target.draining);
  }

  /** Whether there is one for a new request. One that is being stopped ends what it has, and gets nothing more. */
  get isServing(): boolean {
    return this.#usable.length > 0;
  }

  /** An instance now; 'waiting': `waiter.assigned` follows; 'full': no place in the queue. */
  acquire(waiter: Waiter): Instance | 'waiting' | 'full' {
    const instance = this.#waiting.size === 0 ? this.#pick() : undefined;
    if (instance) return this.#take(instance);
    if (this.#usable.length > 0 && this.target.mode === 'Serve') return this.#queueAt(waiter);
    if (this.#waiting.size >= activatorQueueLimit) return 'full';
    this.#waiting.add(waiter);
    return 'waiting';
  }

  #queueAt(waiter: Waiter): 'waiting' | 'full' {
    const instance = this.#usable[this.#next++ % this.#usable.length] as Instance;
    if (instance.queue.size >= queueFactor * this.target.containerConcurrency) return 'full';
    instance.queue.add(waiter);
    return 'waiting';
  }

  /** Waits no longer. */
  leave(waiter: Waiter): void {
    if (this.#waiting.delete(waiter)) return;
    for (const { queue } of this.instances.values()) queue.delete(waiter);
  }

  release(instance: Instance): void {
    instance.inFlight--;
    if (instance.gone && instance.inFlight === 0) this.#ports.left(instance.target.pod);
    instance.quietSince = this.#ports.now();
    for (const waiter of instance.queue) {
      if (!this.#hasSlot(instance)) break;
      instance.queue.delete(waiter);
      waiter.assigned(this.#take(instance));
    }
    this.drain();
  }

  /** Gives instances to those who wait, in their order. */
  drain(): void {
    for (const waiter of this.#waiting) {
      const instance = this.#pick();
      if (!instance) return;
      this.#waiting.delete(waiter);
      waiter.assigned(this.#take(instance));
    }
  }

  #take(instance: Instance): Instance {
    instance.inFlight++;
    return instance;
  }

  #hasSlot(instance: Instance): boolean {
    const { containerConcurrency } = this.target;
    return containerConcurrency === 0 || instance.inFlight < containerConcurrency;
  }

  #pick(): Instance | undefined {
    const usable = this.#usable;
    if (usable.length === 1) {
      const [only] = usable;
      return only && this.#isFree(only) ? only : undefined;
    }
    if (usable.length === 0) return undefined;
    const { containerConcurrency, mode } = this.target;
    if (mode === 'Proxy' && containerConcurrency === 0) return this.#lessBusyOfTwo(usable);
    if (mode === 'Proxy' && containerConcurrency <= 3) return usable.find((instance) => this.#isFree(instance));
    for (let i = 0; i < usable.length; i++) {
      const at = (this.#next + i) % usable.length;
      const instance = usable[at] as Instance;
      if (!this.#isFree(instance)) continue;
      this.#next = at + 1;
      return instance;
    }
    return undefined;
  }

  #isFree(instance: Instance): boolean {
    return this.#hasSlot(instance) && (instance.avoidUntil === 0 || instance.avoidUntil <= this.#ports.now());
  }

  #lessBusyOfTwo(usable: Instance[]): Instance | undefined {
    const { random } = this.#ports;
    const free = usable.some(({ avoidUntil }) => avoidUntil !== 0)
      ? usable.filter((instance) => this.#isFree(instance))
      : usable;
    if (free.length < 2) return free[0];
    const first = Math.floor(random() * free.length);
    let second = Math.floor(random() * (free.length - 1));
    if (second >= first) second++;
    const a = free[first] as Instance;
    const b = free[second] as Instance;
    if (a.inFlight !== b.inFlight) return a.inFlight < b.inFlight ? a : b;
    return random() < 0.5 ? a : b;
  }
}
