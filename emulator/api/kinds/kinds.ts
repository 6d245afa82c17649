/** Every kind of Kubernetes itself that the platform serves. */
import type { ResourceDefinition } from '../../kernel/resource.ts';
import { administrationKinds } from './administration.ts';
import { coreKinds } from './core.ts';
import { networkingKinds } from './networking.ts';
import { pods } from './pods.ts';
import { workloadKinds } from './workloads.ts';

export const kubernetesKinds: readonly ResourceDefinition[] = [
  ...coreKinds,
  pods,
  ...networkingKinds,
  ...workloadKinds,
  ...administrationKinds,
];
