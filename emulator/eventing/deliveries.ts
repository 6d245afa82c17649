/** The last deliveries, for people: bounded, kept over a restart as lines of JSON, written now and then. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../capabilities/protocol.ts';

export interface Deliveries {
  add(namespace: string, delivery: Delivery): void;
  /** Newest first. */
  list(namespace: string, source: string | undefined, limit: number): Delivery[];
  close(): void;
}

interface Kept {
  namespace: string;
  delivery: Delivery;
}

const kept = 2_000;
const writeAfterMs = 1_000;

export function openDeliveries(dir: string | undefined): Deliveries {
  const file = dir === undefined ? undefined : join(dir, 'deliveries.ndjson');
  let all: Kept[] = file === undefined ? [] : read(file);
  let timer: NodeJS.Timeout | undefined;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    if (file === undefined || dir === undefined) return;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.tmp`, all.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    } catch {
      // They are a convenience: a full disk does not stop events.
    }
  };

  return {
    add(namespace, delivery) {
      all.push({ namespace, delivery });
      if (all.length > kept * 1.25) all = all.slice(-kept);
      timer ??= setTimeout(write, writeAfterMs).unref();
    },
    list(namespace, source, limit) {
      const found: Delivery[] = [];
      for (let i = all.length - 1; i >= 0 && found.length < limit; i--) {
        const entry = all[i];
        if (entry?.namespace !== namespace) continue;
        if (source === undefined || entry.delivery.source === source) found.push(entry.delivery);
      }
      return found;
    },
    close() {
      if (timer) write();
    },
  };
}

function read(file: string): Kept[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Kept];
    } catch {
      return [];
    }
  });
}
