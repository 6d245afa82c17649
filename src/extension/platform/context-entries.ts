/** The platforms that the settings name: contexts of kubeconfigs. Whatever a person or a workspace wrote there is taken. Pure. */
import { resolveTarget } from '../../core/target.ts';
import { plain } from '../plain.ts';
import type { PlatformEntry } from './snapshot.ts';

interface Named {
  name: string;
  context: string;
  kubeconfig: string | undefined;
  namespace: string | undefined;
  readOnly: boolean;
}

/** @param value of `slipway.contexts`; what names no context is left out */
export function contextEntries(value: unknown, env: NodeJS.ProcessEnv = process.env): PlatformEntry[] {
  const contexts = Array.isArray(value) ? value.flatMap(namedOf) : [];
  return contexts.map(({ name, kubeconfig, context, namespace, readOnly }) => {
    const target = resolveTarget({ kubeconfig, context }, undefined, env);
    // Contexts of several kubeconfigs may have one name.
    const namesakes = contexts.filter((other) => other.name === name).length > 1;
    const label = namesakes ? `${name} (${target.kubeconfig})` : name;
    return { id: `context:${label}`, label: plain(label), embedded: false, target, namespace, readOnly };
  });
}

function namedOf(entry: Record<string, unknown> | null): Named[] {
  const { name: given, context, kubeconfig, namespace, readOnly } = entry ?? {};
  const name = text(given) ?? text(context);
  if (name === undefined) return [];
  return [
    {
      name,
      context: text(context) ?? name,
      kubeconfig: text(kubeconfig),
      namespace: text(namespace),
      // What is meant to protect is not undone by a slip of the pen.
      readOnly: readOnly !== undefined && readOnly !== null && readOnly !== false,
    },
  ];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
