/** Retained logs: the last 64 MiB per service across instances (decision 15). */
import type { OpenLogStore } from '../kubelet-ports.ts';

export interface LogStoreOptions {
  /** Per service. Default 64 MiB. */
  maxBytes?: number;
}

export async function openLogStore(_dir: string, _options: LogStoreOptions = {}): Promise<OpenLogStore> {
  throw new Error('the log store is being written');
}
