/** Event sources and their deliveries: PingSource and what stands behind the `ping` capability. */
import { openDeliveries } from './deliveries.ts';
import type { Deliver, Eventing, EventingOptions, EventingPorts } from './eventing-ports.ts';
import { pingSourceController } from './ping-source/controller.ts';
import { createPingScheduler } from './ping-source/scheduler.ts';

export type { Deliver, Eventing, EventingOptions, EventingPorts };

export function createEventing(ports: EventingPorts, options: EventingOptions = {}): Eventing {
  const deliveries = openDeliveries(options.dir);
  const pings = createPingScheduler(ports, deliveries, {
    random: options.random ?? Math.random,
    wait: options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
  });
  return {
    controllers: [pingSourceController],
    start: () => pings.start(),
    async close() {
      await pings.close();
      deliveries.close();
    },
    schedule: pings.schedule,
    fire: pings.fire,
    deliveries: deliveries.list,
  };
}
