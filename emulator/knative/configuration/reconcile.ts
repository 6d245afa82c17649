/** Configuration → the Revision of its generation; and which revision is the latest that is ready. */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, conditionOf, isReady } from '../conditions.ts';
import { resources, serving } from '../keys.ts';
import { foreignStatus, keptChild, labelsOf } from '../objects.ts';
import type { Revision } from '../revision/types.ts';
import { broughtName } from './availability.ts';
import { makeRevision } from './resources.ts';
import { configurationConditions, markCreationFailed, markLatestFailed } from './status.ts';
import type { Configuration, ConfigurationStatus } from './types.ts';

export function configurationController(): Controller<Configuration> {
  return {
    name: 'configuration',
    resource: resources.configurations,
    owns: [resources.revisions],
    reconcile: reconcileConfiguration,
  };
}

export function reconcileConfiguration(configuration: Configuration, view: View, now: number): Outcome {
  if (configuration.metadata.deletionTimestamp) return {};
  const { metadata } = configuration;
  const conditions = beginConditions(configurationConditions, configuration, now);
  const events: NonNullable<Outcome['events']> = [];
  const owned = view.list<Revision>(resources.revisions, { ownerUid: metadata.uid });
  const children: Child[] = owned.map((revision) => keptChild(resources.revisions, revision));
  const status: ConfigurationStatus = {
    ...foreignStatus(configuration),
    ...(configuration.status?.latestCreatedRevisionName
      ? { latestCreatedRevisionName: configuration.status.latestCreatedRevisionName }
      : {}),
    ...(configuration.status?.latestReadyRevisionName
      ? { latestReadyRevisionName: configuration.status.latestReadyRevisionName }
      : {}),
  };
  const outcome = (): Outcome => ({ children, events, status: { ...status, conditions: conditions.list() } });

  const brought = broughtName(configuration, view);
  if (brought.state === 'taken') {
    markCreationFailed(conditions, `revisions.serving.knative.dev "${brought.name}" already exists`);
    return outcome();
  }
  let latest = brought.state === 'ours' ? brought.revision : undefined;
  if (brought.state === 'none') {
    const generation = String(metadata.generation ?? 0);
    latest = owned.find((revision) => labelsOf(revision)[serving.configurationGeneration] === generation);
  }
  if (!latest) {
    const draft = makeRevision(configuration, now);
    const name = String(draft.metadata.name);
    const standing = view.get<Revision>(resources.revisions, metadata.namespace, name);
    if (standing) {
      // Somebody else's, or one on its way out: look again when it has gone.
      markCreationFailed(conditions, `revisions.serving.knative.dev "${name}" already exists`);
      return { ...outcome(), requeueAfter: 1000 };
    }
    children.push({ resource: resources.revisions, object: draft, update: 'create-only' });
    events.push({ type: 'Normal', reason: 'Created', message: `Created Revision "${name}"` });
    status.latestCreatedRevisionName = name;
    if (status.latestReadyRevisionName !== name) conditions.markUnknown('Ready');
    followReady();
    return outcome();
  }

  const { name } = latest.metadata;
  status.latestCreatedRevisionName = name;
  if (status.latestReadyRevisionName !== name) conditions.markUnknown('Ready');
  const ready = conditionOf(latest, 'Ready');
  if (ready?.status === 'True' && !status.latestReadyRevisionName) {
    events.push({ type: 'Normal', reason: 'ConfigurationReady', message: 'Configuration becomes ready' });
  }
  if (ready?.status === 'False') {
    const before = conditionOf(configuration, 'Ready');
    markLatestFailed(conditions, name, ready.message ?? '');
    const after = conditions.get('Ready');
    if (before?.status !== after?.status || before?.message !== after?.message) {
      const which = name === status.latestReadyRevisionName ? 'ready' : 'created';
      events.push({
        type: 'Warning',
        reason: which === 'ready' ? 'LatestReadyFailed' : 'LatestCreatedFailed',
        message: `Latest ${which} revision "${name}" has failed`,
      });
    }
  }

  followReady();
  return outcome();

  function followReady(): void {
    const newest = newestReady(configuration, owned, status.latestReadyRevisionName, latest);
    if (!newest) return;
    if (status.latestReadyRevisionName !== newest) {
      const message = `LatestReadyRevisionName updated to "${newest}"`;
      events.push({ type: 'Normal', reason: 'LatestReadyUpdate', message });
    }
    status.latestReadyRevisionName = newest;
    if (newest === status.latestCreatedRevisionName) conditions.markTrue('Ready');
  }
}

/** Of the revisions not older than the latest ready one, the newest that is ready; a brought name comes first. */
function newestReady(
  configuration: Configuration,
  owned: readonly Revision[],
  standing: string | undefined,
  latest: Revision | undefined,
): string | undefined {
  const brought = configuration.spec?.template.metadata?.name;
  const generationOf = (revision: Revision) => Number(labelsOf(revision)[serving.configurationGeneration] ?? 0);
  const readyOne = owned.find(({ metadata }) => metadata.name === standing);
  const from = readyOne ? generationOf(readyOne) : 0;
  const candidates = owned
    .filter((revision) => generationOf(revision) >= from || (brought !== undefined && revision === latest))
    .filter(isReady)
    .toSorted((a, b) => {
      if (a.metadata.name === brought) return -1;
      if (b.metadata.name === brought) return 1;
      return generationOf(b) - generationOf(a);
    });
  return candidates[0]?.metadata.name;
}
