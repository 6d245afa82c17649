/**
 * Makes containers, a few at a time, and tells the guardian of each before the engine is asked for it: a busy engine goes on
 * with what it was asked for although the platform has died, and the container appears when nobody waits for it any more.
 */
import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import pLimit from 'p-limit';
import type { Guardian } from '../guardian.ts';

export type ContainerGuardian = Pick<
  Guardian,
  'guard' | 'addContainer' | 'removeContainer' | 'addCreation' | 'removeCreation'
>;

export interface Creations {
  /**
   * Does what makes and starts a container, in its turn. `create` makes it under a name that begins with `name`; it is removed at
   * the end unless it was dropped before.
   * @throws when it is no longer `wanted` by then, or this is closed.
   */
  inTurn<T>(
    wanted: () => boolean,
    work: (create: (name: string, options: ContainerCreateOptions) => Promise<Docker.Container>) => Promise<T>,
  ): Promise<T>;
  /** Removes a container, whatever it does. */
  drop(container: Docker.Container): Promise<void>;
  /** Makes no more, and removes all that it has made. */
  close(): Promise<void>;
}

/**
 * More do not get ready sooner: an engine sets up one network after another. And this is what it may have before it when a platform
 * is killed.
 */
const atOnce = 16;

export function createCreations(docker: Docker, options: { guardian: () => ContainerGuardian | undefined }): Creations {
  const limit = pLimit(atOnce);
  const turns = new Set<Promise<unknown>>();
  const live = new Set<Docker.Container>();
  let closed = false;

  const create = async (prefix: string, wanted: ContainerCreateOptions) => {
    const name = `${prefix}_${randomBytes(6).toString('hex')}`;
    const guardian = options.guardian();
    guardian?.addCreation(name);
    try {
      const container = await docker.createContainer({ ...wanted, name });
      live.add(container);
      guardian?.addContainer(container.id);
      return container;
    } finally {
      guardian?.removeCreation(name);
    }
  };

  const drop = async (container: Docker.Container) => {
    live.delete(container);
    await container.remove({ force: true, v: true }).catch(() => undefined);
    options.guardian()?.removeContainer(container.id);
  };

  return {
    inTurn(wanted, work) {
      const turn = limit(async () => {
        if (closed || !wanted()) throw new Error('given up before its turn');
        return work(create);
      });
      turns.add(turn);
      const over = () => turns.delete(turn);
      turn.then(over, over);
      return turn;
    },
    drop,
    async close() {
      closed = true;
      await Promise.allSettled(turns);
      await Promise.all([...live].map(drop));
    },
  };
}
