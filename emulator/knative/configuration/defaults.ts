/** Defaults of a Configuration. */
import type { DefaultsContext } from '../admission.ts';
import { defaultRevisionSpec, type Parent } from '../pod-spec/defaults.ts';
import type { Configuration, ConfigurationSpec } from './types.ts';

export function defaultConfiguration(object: Configuration, context: DefaultsContext<Configuration>): void {
  if (object.spec) defaultConfigurationSpec(object.spec, context.old?.spec, object.metadata, context);
}

/**
 * A template that keeps the name it brought along is left as it is: new defaults would be a change that its name does not
 * allow.
 */
export function defaultConfigurationSpec(
  spec: ConfigurationSpec,
  old: ConfigurationSpec | undefined,
  parent: Parent,
  { config, operation }: Pick<DefaultsContext<Configuration>, 'config' | 'operation'>,
): void {
  const name = spec.template.metadata?.name ?? '';
  if (old && name !== '' && name === old.template?.metadata?.name) return;
  defaultRevisionSpec(spec.template.spec, parent, config, operation === 'CREATE');
}
