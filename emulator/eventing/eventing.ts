/** Eventing: sources, channels and brokers, their deliveries, and what stands behind the `ping` capability. */
import { apiServerSourceController } from '../knative/api-server-source/reconcile.ts';
import { brokerController } from '../knative/broker/reconcile.ts';
import { channelController } from '../knative/channel/reconcile.ts';
import { containerSourceController } from '../knative/container-source/reconcile.ts';
import { eventPolicyController } from '../knative/event-policy/reconcile.ts';
import { inMemoryChannelController } from '../knative/in-memory-channel/reconcile.ts';
import { parallelController } from '../knative/parallel/reconcile.ts';
import { sequenceController } from '../knative/sequence/reconcile.ts';
import { sinkBindingController } from '../knative/sink-binding/reconcile.ts';
import { subscriptionController } from '../knative/subscription/reconcile.ts';
import { triggerController } from '../knative/trigger/reconcile.ts';
import { watchApiServerSources } from './api-server-source.ts';
import { openDeliveries } from './deliveries.ts';
import { createDispatcher } from './dispatcher.ts';
import type { Deliver, Eventing, EventingOptions, EventingPorts } from './eventing-ports.ts';
import { openJournal } from './journal.ts';
import { pingSourceController } from './ping-source/controller.ts';
import { createPingScheduler } from './ping-source/scheduler.ts';
import { createReceivers } from './receivers.ts';

export type { Deliver, Eventing, EventingOptions, EventingPorts };

export function createEventing(ports: EventingPorts, options: EventingOptions = {}): Eventing {
  const { view, clock, log } = ports;
  const deliveries = openDeliveries(options.dir);
  const journal = openJournal(options.dir);
  const receivers = createReceivers({
    view,
    dispatcher: () => dispatcher,
    deliver: ports.deliver,
    now: () => clock.now(),
    log,
  });
  const { deliver } = receivers;
  const dispatcher = createDispatcher({ view, clock, deliver, journal, log });
  const pings = createPingScheduler({ ...ports, deliver }, deliveries, {
    random: options.random ?? Math.random,
    wait: options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
  });
  let sources: Disposable | undefined;
  return {
    controllers: [
      pingSourceController,
      brokerController,
      triggerController,
      channelController,
      inMemoryChannelController,
      subscriptionController,
      sequenceController,
      parallelController,
      sinkBindingController,
      apiServerSourceController,
      containerSourceController,
      eventPolicyController,
    ],
    listen: receivers.listen,
    receive: receivers.receive,
    start() {
      pings.start();
      dispatcher.start();
      sources = watchApiServerSources({ ...ports, deliver });
    },
    async close() {
      await pings.close();
      sources?.[Symbol.dispose]();
      receivers.close();
      dispatcher.close();
      await dispatcher.idle();
      journal.close();
      deliveries.close();
    },
    schedule: pings.schedule,
    fire: pings.fire,
    deliveries: deliveries.list,
  };
}
