/** Defaults of a Service. */
import type { DefaultsContext } from '../admission.ts';
import { defaultConfigurationSpec } from '../configuration/defaults.ts';
import { defaultTraffic } from '../route/defaults.ts';
import type { Service } from './types.ts';

export function defaultService(service: Service, context: DefaultsContext<Service>): void {
  if (!service.spec) return;
  defaultConfigurationSpec(service.spec, context.old?.spec, service.metadata, context);
  defaultTraffic(service.spec, true);
}
