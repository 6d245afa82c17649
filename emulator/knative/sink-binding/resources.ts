/** The variables that a SinkBinding puts into containers. Pure. */
import type { CloudEventOverrides } from '../duck.ts';

interface Variable {
  name: string;
  value?: string;
}

interface Container {
  name?: string;
  env?: Variable[];
}

interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
}

const ours = new Set(['K_SINK', 'K_CE_OVERRIDES', 'K_CA_CERTS']);

export function sinkVariables(uri: string, overrides: CloudEventOverrides | undefined): Variable[] {
  return [
    { name: 'K_SINK', value: uri },
    { name: 'K_CE_OVERRIDES', value: overrides ? JSON.stringify(overrides) : '' },
  ];
}

/** The containers as they shall be: the sink's variables last, as Knative appends them. */
export function withSink(spec: PodSpec, variables: readonly Variable[]): PodSpec {
  return changed(spec, (env) => [...env.filter(({ name }) => !ours.has(name)), ...variables]);
}

export function withoutSink(spec: PodSpec): PodSpec {
  return changed(spec, (env) => env.filter(({ name }) => !ours.has(name)));
}

function changed({ containers, initContainers }: PodSpec, change: (env: Variable[]) => Variable[]): PodSpec {
  const each = (container: Container) => {
    const env = change(container.env ?? []);
    return env.length > 0 || container.env ? { ...container, env } : container;
  };
  return {
    ...(containers ? { containers: containers.map(each) } : {}),
    ...(initContainers ? { initContainers: initContainers.map(each) } : {}),
  };
}
