/** Which contexts a kubeconfig has. They are named only: nothing of it is used, no program of it is started. */
import { readText } from './app/model.ts';

/** @param file absolute. None where it is not there, is no regular file, or cannot be read as a kubeconfig. */
export async function contextNames(file: string): Promise<string[]> {
  try {
    const text = await readText(file);
    if (text === undefined) return [];
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromString(text);
    return config.getContexts().map(({ name }) => name);
  } catch {
    return [];
  }
}
