/** What several builders ask of a Revision (knative.dev/serving v1 revision_helpers). */
import { serving } from '../keys.ts';
import { annotationsOf, labelsOf, without } from '../objects.ts';
import type { Container } from '../pod-spec/types.ts';
import type { Protocol } from '../serverless-service/types.ts';
import type { Revision, RoutingState } from './types.ts';

export const defaultUserPort = 8080;

/** The container that serves: the only one, or the one with a port. */
export function servingContainer({ spec }: Revision): Container | undefined {
  return spec?.containers.find((container, _, all) => isServing(container, all));
}

export function isServing({ ports = [] }: Container, all: readonly Container[]): boolean {
  return all.length === 1 || ports.length > 0;
}

export function userPort(revision: Revision): number {
  return portOf(revision.spec?.containers ?? []);
}

/** The port that the one of `containers` which serves is given. */
export function portOf(containers: readonly Container[]): number {
  return containers.find((container) => isServing(container, containers))?.ports?.[0]?.containerPort || defaultUserPort;
}

export function protocolOf(revision: Revision): Protocol {
  return servingContainer(revision)?.ports?.[0]?.name === 'h2c' ? 'h2c' : 'http1';
}

export function routingStateOf(revision: Revision): RoutingState | undefined {
  return labelsOf(revision)[serving.routingState] as RoutingState | undefined;
}

/** ms; when the routing state last changed, else the revision's birth. */
export function lastActiveTime(revision: Revision): number {
  const modified = Date.parse(annotationsOf(revision)[serving.routingStateModified] ?? '');
  return Number.isNaN(modified) ? Date.parse(revision.metadata.creationTimestamp) : modified;
}

/** Labels of everything made for a revision. */
export function revisionLabels(revision: Revision): Record<string, string> {
  const labels = without(labelsOf(revision), (key) => key === serving.route || key === serving.routingState);
  return {
    app: revision.metadata.name,
    ...labels,
    [serving.revision]: revision.metadata.name,
    [serving.revisionUID]: revision.metadata.uid,
  };
}

const routingAnnotations: readonly string[] = [
  serving.lastPinned,
  serving.noGc,
  serving.routingStateModified,
  serving.routes,
];

/** For what does not scale: without those of the autoscaler. */
export function revisionAnnotations(revision: Revision): Record<string, string> {
  return without(scalingAnnotations(revision), (key) => key.startsWith('autoscaling.knative.dev'));
}

export function scalingAnnotations(revision: Revision): Record<string, string> {
  return without(annotationsOf(revision), (key) => routingAnnotations.includes(key));
}
