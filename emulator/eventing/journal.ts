/**
 * Events that a channel has accepted and not yet delivered, on disk: what was answered with 202 survives the platform. One
 * row for each subscriber of an event; gone when its delivery has ended, however it ended.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CloudEvent } from './events.ts';

export interface Pending {
  id: number;
  /** `namespace/name` of the InMemoryChannel. */
  channel: string;
  /** uid of the subscriber. */
  subscriber: string;
  event: CloudEvent;
  /** That go along to the subscriber. */
  headers: Record<string, string>;
}

export interface Journal {
  /** Durable against SIGKILL of the process when it returns. @throws when the disk is full. */
  add(pending: readonly Omit<Pending, 'id'>[]): Pending[];
  remove(id: number): void;
  /** Oldest first. */
  all(): Pending[];
  close(): void;
}

/** @param dir absent: in memory. */
export function openJournal(dir: string | undefined): Journal {
  if (dir !== undefined) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(dir === undefined ? ':memory:' : join(dir, 'events.db'));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS pending (
      id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, subscriber TEXT NOT NULL,
      event TEXT NOT NULL, data BLOB NOT NULL, headers TEXT NOT NULL
    ) STRICT;`);
  const insert = database.prepare(
    'INSERT INTO pending (channel, subscriber, event, data, headers) VALUES (?, ?, ?, ?, ?)',
  );
  const drop = database.prepare('DELETE FROM pending WHERE id = ?');
  return {
    add(pending) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const added = pending.map((one) => {
          const { data, ...attributes } = one.event;
          const { lastInsertRowid } = insert.run(
            one.channel,
            one.subscriber,
            JSON.stringify(attributes),
            data,
            JSON.stringify(one.headers),
          );
          return { ...one, id: Number(lastInsertRowid) };
        });
        database.exec('COMMIT');
        return added;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    remove: (id) => void drop.run(id),
    all: () =>
      database
        .prepare('SELECT * FROM pending ORDER BY id')
        .all()
        .map((row) => ({
          id: Number(row['id']),
          channel: String(row['channel']),
          subscriber: String(row['subscriber']),
          event: { ...(JSON.parse(String(row['event'])) as CloudEvent), data: row['data'] as Uint8Array },
          headers: JSON.parse(String(row['headers'])) as Record<string, string>,
        })),
    close: () => database.close(),
  };
}
