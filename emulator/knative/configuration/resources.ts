/** The Revision of a Configuration's current generation. */
import { type DraftObject, rfc3339 } from '../../kernel/object.ts';
import { serving } from '../keys.ts';
import { annotationsOf, labelsOf, placed } from '../objects.ts';
import type { RevisionSpec } from '../revision/types.ts';
import { revisionName } from './names.ts';
import type { Configuration } from './types.ts';

export function makeRevision(configuration: Configuration, now: number): DraftObject<RevisionSpec> {
  const template = configuration.spec?.template;
  const { metadata } = configuration;
  const annotations = annotationsOf(configuration);
  const routes = annotations[serving.routes];
  const modifier = annotations[serving.lastModifier];
  const service = labelsOf(configuration)[serving.service];
  const serviceUID = labelsOf(configuration)[serving.serviceUID];
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: {
      ...placed(configuration, template?.metadata?.name || revisionName(configuration)),
      labels: {
        ...template?.metadata?.labels,
        // Pending: the labeler has not seen it. With a route on the Configuration it is active from the start.
        [serving.routingState]: routes === undefined ? 'pending' : 'active',
        [serving.configuration]: metadata.name,
        [serving.configurationGeneration]: String(metadata.generation ?? 0),
        [serving.configurationUID]: metadata.uid,
        ...(service ? { [serving.service]: service } : {}),
        ...(serviceUID ? { [serving.serviceUID]: serviceUID } : {}),
      },
      annotations: {
        ...template?.metadata?.annotations,
        [serving.routingStateModified]: rfc3339(now),
        ...(modifier === undefined ? {} : { [serving.creator]: modifier }),
        ...(routes === undefined ? {} : { [serving.routes]: routes }),
      },
    },
    ...(template ? { spec: template.spec } : {}),
  };
}
