/** Trigger: a Subscription to its broker's channel, whose subscriber is the filter that all triggers share. */
import type { Controller } from '../../kernel/controller.ts';
import type { DraftObject } from '../../kernel/object.ts';
import { keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { brokerClass, channelBased } from '../broker/reconcile.ts';
import type { Broker } from '../broker/types.ts';
import { beginConditions, type Conditions, conditionOf, isReady, livingConditions } from '../conditions.ts';
import { resourceOf } from '../destination.ts';
import type { DeliveryStatus } from '../duck.ts';
import {
  addressables,
  brokerFilterHost,
  copyReady,
  eventingResources,
  markNoDeadLetterSink,
  markOidcDisabled,
  referenceIndex,
  refsOf,
  resolveDeadLetterSink,
  tryResolve,
  watchReferences,
} from '../eventing.ts';
import { childName } from '../names.ts';
import type { Trigger } from './types.ts';

const conditionSet = livingConditions(
  'BrokerReady',
  'SubscriptionReady',
  'DependencyReady',
  'SubscriberResolved',
  'DeadLetterSinkResolved',
  'OIDCIdentityCreated',
);
const dependencyAnnotation = 'knative.dev/dependency';

const references = referenceIndex<Trigger>(eventingResources.triggers, (trigger) => [
  { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: trigger.spec?.broker ?? '' },
  ...refsOf(trigger.spec?.subscriber, trigger.spec?.delivery?.deadLetterSink),
  dependencyOf(trigger),
]);

export const triggerController: Controller<Trigger> = {
  name: 'trigger',
  resource: eventingResources.triggers,
  owns: [eventingResources.subscriptions],
  watches: watchReferences(references, [...addressables, 'pingsources.sources.knative.dev']),

  reconcile(trigger, view, now) {
    const { namespace = '', name, deletionTimestamp } = trigger.metadata;
    if (deletionTimestamp) return {};
    const brokerName = trigger.spec?.broker ?? '';
    const broker = view.get<Broker>(eventingResources.brokers, namespace, brokerName);
    // Whose trigger it is, its broker's class says: one that never had a broker is nobody's yet.
    if (!broker && !trigger.status?.conditions) return {};
    if (broker && broker.metadata.annotations?.[brokerClass] !== channelBased) return {};
    const conditions = beginConditions(conditionSet, trigger, now);
    const told = (status: object = {}) => ({ status: { ...trigger.status, ...status, conditions: conditions.list() } });
    if (!broker || broker.metadata.deletionTimestamp) {
      conditions.markFalse('BrokerReady', 'BrokerDoesNotExist', `Broker "${brokerName}" does not exist`);
      return told();
    }
    copyReady(conditions, 'BrokerReady', conditionOf(broker, 'Ready'), {
      reason: 'BrokerNotConfigured',
      message: 'Broker has not yet been reconciled.',
    });
    if (!isReady(broker)) return told();

    const subscriber = tryResolve(trigger.spec?.subscriber, namespace, view);
    if (subscriber.error !== undefined) {
      conditions.markFalse('SubscriberResolved', "Unable to get the Subscriber's URI", subscriber.error);
      return told({ subscriberUri: undefined });
    }
    conditions.markTrue('SubscriberResolved');
    const deadLetter = deadLetterOf(trigger, broker, conditions, view);
    if (!deadLetter) return told({ subscriberUri: subscriber.uri });
    markOidcDisabled(conditions, 'OIDCIdentityCreated');
    const object = brokerSubscription(trigger, broker);
    const subscription = view.get(eventingResources.subscriptions, namespace, object.metadata.name ?? '');
    const owner = subscription?.metadata.ownerReferences?.find(({ controller }) => controller);
    if (subscription && owner?.uid !== trigger.metadata.uid) {
      const why = `trigger "${name}" does not own subscription "${subscription.metadata.name}"`;
      conditions.markFalse('SubscriptionReady', 'NotSubscribed', why);
      return told({ subscriberUri: subscriber.uri });
    }
    copyReady(conditions, 'SubscriptionReady', subscription && conditionOf(subscription, 'Ready'), {
      reason: 'SubscriptionNotConfigured',
      message: 'Subscription has not yet been reconciled.',
    });
    markDependency(conditions, trigger, view);
    const { deadLetterSinkUri: _, ...before } = trigger.status ?? {};
    return {
      children: [{ resource: eventingResources.subscriptions, object }],
      status: { ...before, ...deadLetter, subscriberUri: subscriber.uri, conditions: conditions.list() },
    };
  },
};

/** The trigger's own dead letter sink, else its broker's. */
function deadLetterOf(
  { spec, metadata }: Trigger,
  broker: Broker,
  conditions: Conditions,
  view: View,
): DeliveryStatus | undefined {
  if (spec?.delivery?.deadLetterSink) {
    return resolveDeadLetterSink(conditions, spec.delivery, metadata.namespace ?? '', view);
  }
  if (!broker.spec?.delivery?.deadLetterSink) {
    markNoDeadLetterSink(conditions);
    return {};
  }
  const { deadLetterSinkUri } = broker.status ?? {};
  if (!deadLetterSinkUri) {
    const reason = `Broker ${broker.metadata.name} didn't set status.deadLetterSinkURI`;
    conditions.markFalse('DeadLetterSinkResolved', reason);
    return undefined;
  }
  conditions.markTrue('DeadLetterSinkResolved');
  return { deadLetterSinkUri };
}

function brokerSubscription({ metadata, spec }: Trigger, broker: Broker): DraftObject {
  const { namespace = '', name, uid } = metadata;
  const { annotations = {} } = broker.status ?? {};
  const delivery = spec?.delivery ?? broker.spec?.delivery;
  return {
    apiVersion: 'messaging.knative.dev/v1',
    kind: 'Subscription',
    metadata: {
      name: childName(`${broker.metadata.name}-${name}-`, uid),
      namespace,
      labels: { 'eventing.knative.dev/broker': broker.metadata.name, 'eventing.knative.dev/trigger': name },
    },
    spec: {
      channel: {
        apiVersion: annotations['knative.dev/channelAPIVersion'] ?? '',
        kind: annotations['knative.dev/channelKind'] ?? '',
        name: annotations['knative.dev/channelName'] ?? '',
      },
      subscriber: { uri: `http://${brokerFilterHost}/triggers/${namespace}/${name}/${uid}` },
      reply: {
        ref: {
          apiVersion: 'eventing.knative.dev/v1',
          kind: 'Broker',
          name: broker.metadata.name,
          namespace: broker.metadata.namespace ?? '',
        },
      },
      ...(delivery ? { delivery } : {}),
    },
  };
}

interface Dependency {
  apiVersion?: string;
  kind: string;
  name: string;
  namespace?: string;
}

function dependencyOf({ metadata }: Trigger): Dependency | undefined {
  const text = metadata.annotations?.[dependencyAnnotation];
  if (!text) return undefined;
  try {
    const { apiVersion, kind, name, namespace } = JSON.parse(text) as Partial<Dependency>;
    if (!kind || !name) return undefined;
    return { kind, name, ...(apiVersion ? { apiVersion } : {}), ...(namespace ? { namespace } : {}) };
  } catch {
    return undefined;
  }
}

function markDependency(conditions: Conditions, trigger: Trigger, view: View): void {
  const type = 'DependencyReady';
  if (!trigger.metadata.annotations?.[dependencyAnnotation]) {
    conditions.markTrue(type);
    return;
  }
  const dependency = dependencyOf(trigger);
  if (!dependency) {
    const why = 'Unable to unmarshal objectReference from dependency annotation of trigger';
    conditions.markFalse(type, 'ReferenceError', why);
    return;
  }
  const resource = resourceOf(dependency.apiVersion ?? 'v1', dependency.kind);
  const found = view.get(resource, dependency.namespace || trigger.metadata.namespace, dependency.name);
  if (!found) {
    const why = `Dependency does not exist: ${resource} "${dependency.name}" not found`;
    conditions.markFalse(type, 'DependencyDoesNotExist', why);
    return;
  }
  copyReady(conditions, type, conditionOf(found, 'Ready'), {
    reason: 'DependencyGenerationNotEqual',
    message: `The dependency ${keyOf(found)} has not yet been reconciled.`,
  });
}
