/** Applications that were seen listening on another port than they were given: the platform says so in an event. Pure leaf. */
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../../core/client.ts';
import { conditionOf } from '../../core/conditions.ts';
import { oncePer } from '../platform/once.ts';
import type { Snapshot } from '../platform/snapshot.ts';

export interface PortsSource {
  client(): PlatformClient | undefined;
  snapshot(): Snapshot;
  /** There is a manifest to say it at. */
  isWanted(): boolean;
  log(error: unknown): void;
}

type Told = KubeObject & { message?: string; involvedObject?: { name?: string } };

export class PortsSeen {
  #source: PortsSource;
  #changed: () => void;
  #ports = new Map<string, number>();
  #asked = '';

  /** @param changed what `of` says is another now */
  constructor(source: PortsSource, changed: () => void) {
    this.#source = source;
    this.#changed = changed;
  }

  /** At each change of the platform: asked once for each set of running instances, on a platform that tells. */
  look(): void {
    const { state, info } = this.#source.snapshot();
    if (state !== 'ready' || !info || !this.#source.isWanted()) return;
    this.#look().catch(this.#source.log);
  }

  /** Port of the Knative Service that this manifest describes; undefined: it follows PORT, or is not known. */
  of(object: unknown): number | undefined {
    const { kind, apiVersion, metadata } = (object ?? {}) as Partial<KubeObject>;
    if (kind !== 'Service' || !apiVersion?.startsWith('serving.')) return undefined;
    return this.#ports.get(metadata?.name ?? '');
  }

  async #look(): Promise<void> {
    const client = this.#source.client();
    const { names, key } = instancesOf(this.#source.snapshot().pods);
    if (!client || key === this.#asked) return;
    this.#asked = key;
    if (names.size === 0) return;
    const { kinds } = await import('../../core/resources.ts');
    const wish = { timeoutMs: 3_000, fieldSelector: 'reason=PortIgnored' };
    const found = await client.list<Told>(kinds.event, undefined, wish).catch(() => undefined);
    // Others have come or gone meanwhile: theirs is the later answer.
    if (key !== this.#asked) return;
    if (!found) {
      // A busy platform that does not answer says nothing: what is known stays, and it is asked again at its next change.
      this.#asked = '';
      return;
    }
    const ports = new Map<string, number>();
    for (const { involvedObject, message = '' } of found.items) {
      const service = names.get(involvedObject?.name ?? '');
      const port = /listens on port (\d+)/.exec(message)?.[1];
      if (service && port) ports.set(service, Number(port));
    }
    if (JSON.stringify([...ports]) === JSON.stringify([...this.#ports])) return;
    this.#ports = ports;
    this.#changed();
  }
}

/** Instance → service, and what tells one set of instances from another. */
const instancesOf = oncePer((pods: Snapshot['pods']) => {
  const names = new Map(
    pods.map(({ metadata }) => [metadata.name, metadata.labels?.['serving.knative.dev/service'] ?? '']),
  );
  const states = pods.map((pod) => `${pod.metadata.name} ${conditionOf(pod, 'Ready')?.status ?? ''}`);
  return { names, key: states.join() };
});
