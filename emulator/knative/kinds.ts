/** Every Knative kind that the platform serves. */
import type { ResourceDefinition } from '../kernel/resource.ts';
import { eventingDefinitions } from './kinds-eventing.ts';
import { servingDefinitions } from './kinds-serving.ts';

export const knativeDefinitions: ResourceDefinition[] = [...servingDefinitions, ...eventingDefinitions];
