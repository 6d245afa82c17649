/** The config webhooks: they refuse a ConfigMap of Knative's own namespaces that does not parse. */
import { ApiError } from '../../kernel/errors.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { Admission } from '../../kernel/resource.ts';
import { exampleChecksum, exampleChecksumAnnotation, exampleKey } from './checksum.ts';
import { parseDomain } from './domains.ts';
import { parseGc } from './gc.ts';
import { eventingNamespace, servingNamespace } from './namespaces.ts';
import { parseNetwork } from './network.ts';
import { parseObservability } from './observability.ts';
import { checkCertManager, checkLeaderElection, checkLogging } from './others.ts';
import { ConfigError, type Data } from './parse.ts';
import { checkDeployment, parseAutoscaler, parseDefaults, parseFeatures } from './serving.ts';

type Check = (data: Data) => unknown;

const webhooks: Record<string, { name: string; checks: Record<string, Check> }> = {
  [servingNamespace]: {
    name: 'config.webhook.serving.knative.dev',
    checks: {
      'config-autoscaler': parseAutoscaler,
      'config-gc': parseGc,
      'config-network': parseNetwork,
      'config-deployment': checkDeployment,
      'config-features': parseFeatures,
      'config-observability': parseObservability,
      'config-logging': checkLogging,
      'config-leader-election': checkLeaderElection,
      'config-domain': parseDomain,
      'config-defaults': parseDefaults,
      'config-certmanager': checkCertManager,
    },
  },
  [eventingNamespace]: {
    name: 'config.webhook.eventing.knative.dev',
    checks: {
      'config-observability': parseObservability,
      'config-logging': checkLogging,
      'config-leader-election': checkLeaderElection,
    },
  },
};

/** Why a ConfigMap is refused (what comes after `validation failed: `); undefined when it is fine or nobody's. */
export function validateConfigMap(map: {
  metadata: { name?: string; namespace?: string; annotations?: Record<string, string> };
  data?: Data;
}): string | undefined {
  const check = webhooks[map.metadata.namespace ?? '']?.checks[map.metadata.name ?? ''];
  if (!check) return undefined;
  const data = map.data ?? {};
  const example = data[exampleKey];
  const checksum = map.metadata.annotations?.[exampleChecksumAnnotation];
  if (example !== undefined && checksum !== undefined && checksum !== exampleChecksum(example)) {
    return 'the update modifies a key in "_example" which is probably not what you want. Instead, copy the respective setting to the top-level of the ConfigMap, directly below "data"';
  }
  try {
    check(data);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** For the definition of `configmaps`. */
export const configMapAdmission: Admission = {
  validate({ object, operation }) {
    if (operation === 'DELETE') return undefined;
    const refusal = validateConfigMap(object as KubeObject & { data?: Data });
    if (refusal === undefined) return undefined;
    const name = webhooks[object.metadata.namespace ?? '']?.name ?? '';
    throw new ApiError('BadRequest', `admission webhook "${name}" denied the request: validation failed: ${refusal}`);
  },
};
