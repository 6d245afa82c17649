/** What an InMemoryChannel owns. Pure. */
import type { DraftObject } from '../../kernel/object.ts';
import type { InMemoryChannel } from './types.ts';

/** The name of the channel leads to the dispatcher, which all channels share. */
export function channelService({ metadata }: InMemoryChannel): DraftObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${metadata.name}-kn-channel`,
      namespace: metadata.namespace ?? '',
      labels: { 'messaging.knative.dev/role': 'in-memory-channel' },
    },
    spec: {
      type: 'ExternalName',
      externalName: 'imc-dispatcher.knative-eventing.svc.cluster.local',
      ports: [{ name: 'http', port: 80 }],
    },
  };
}
