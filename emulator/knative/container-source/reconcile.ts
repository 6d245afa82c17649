/**
 * ContainerSource: a Deployment of its template, and a SinkBinding that tells its containers where to send
 * (knative.dev/eventing pkg/reconciler/containersource).
 */
import type { Controller } from '../../kernel/controller.ts';
import type { DraftObject } from '../../kernel/object.ts';
import { beginConditions, conditionOf, livingConditions } from '../conditions.ts';
import { copyReady, eventingResources } from '../eventing.ts';
import { childName } from '../names.ts';
import { sinkVariables, withSink } from '../sink-binding/resources.ts';
import type { SinkBinding, SinkBindingSpec } from '../sink-binding/types.ts';
import { workloads } from '../workloads/resources.ts';
import type { Deployment, DeploymentSpec, PodTemplate } from '../workloads/types.ts';
import type { ContainerSource } from './types.ts';

const conditionSet = livingConditions('SinkBindingReady', 'ReceiveAdapterReady');

export const containerSourceController: Controller<ContainerSource> = {
  name: 'containersource',
  resource: eventingResources.containerSources,
  owns: [eventingResources.sinkBindings, workloads.deployments],

  reconcile(source, view, now) {
    const { namespace, name, deletionTimestamp } = source.metadata;
    if (deletionTimestamp || !source.spec?.template?.spec) return {};
    const wantedBinding = makeSinkBinding(source);
    const binding = view.get<SinkBinding>(eventingResources.sinkBindings, namespace, wantedBinding.metadata.name ?? '');
    const wanted = makeDeployment(source, binding?.status?.sinkUri);
    const deployment = view.get<Deployment>(workloads.deployments, namespace, wanted.metadata.name ?? '');

    const conditions = beginConditions(conditionSet, source, now);
    copyReady(conditions, 'SinkBindingReady', binding && conditionOf(binding, 'Ready'), { reason: '', message: '' });
    copyReady(conditions, 'ReceiveAdapterReady', deployment && conditionOf(deployment, 'Available'), {
      reason: 'DeploymentUnavailable',
      message: `The Deployment '${wanted.metadata.name ?? name}' is unavailable.`,
    });
    const { conditions: _, observedGeneration: __, ...shown } = binding?.status ?? {};
    return {
      children: [
        { resource: eventingResources.sinkBindings, object: wantedBinding },
        { resource: workloads.deployments, object: wanted },
      ],
      status: { ...shown, conditions: conditions.list() },
    };
  },
};

function deploymentName({ metadata }: ContainerSource): string {
  return childName(metadata.name, '-deployment');
}

function makeSinkBinding(source: ContainerSource): DraftObject<SinkBindingSpec> {
  const { namespace = '', name } = source.metadata;
  const { sink, ceOverrides } = source.spec ?? {};
  return {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'SinkBinding',
    metadata: { name: childName(name, '-sinkbinding'), namespace },
    spec: {
      ...(sink ? { sink } : {}),
      ...(ceOverrides ? { ceOverrides } : {}),
      subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deploymentName(source) },
    },
  };
}

/** With what the SinkBinding puts into it once it knows the sink, so that the two do not undo each other's work. */
function makeDeployment(source: ContainerSource, sinkUri: string | undefined): DraftObject<DeploymentSpec> {
  const { namespace = '', name } = source.metadata;
  const { template, ceOverrides } = source.spec ?? {};
  const { metadata, spec = { containers: [] } } = (template ?? {}) as Partial<PodTemplate>;
  const labels = {
    ...metadata?.labels,
    'sources.knative.dev/source': 'container-source-controller',
    'sources.knative.dev/containerSource': name,
  };
  const pod = sinkUri ? { ...spec, ...(withSink(spec, sinkVariables(sinkUri, ceOverrides)) as typeof spec) } : spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: deploymentName(source),
      namespace,
      labels,
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
    },
    spec: { selector: { matchLabels: labels }, template: { metadata: { ...metadata, labels }, spec: pod } },
  };
}
