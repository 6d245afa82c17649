/** The warning about security settings that nobody made. */
import type { FeaturesConfig } from '../config/types.ts';
import { type FieldError, fieldError, invalidValue, noError } from '../field-errors.ts';
import type { SecurityContext } from './types.ts';

export function warnSecurityContext(
  pod: Record<string, unknown> | undefined,
  container: SecurityContext | undefined,
  features: FeaturesConfig,
): FieldError {
  if (features.securePodDefaults === 'Enabled' || features.securePodDefaults === 'AllowRootBounded') return noError;
  const podContext = (pod ?? {}) as SecurityContext;
  const context = container ?? {};
  let warnings = noError;
  const insecure = (path: string) => {
    const message = 'Kubernetes default value is insecure, Knative may default this to secure in a future release';
    warnings = warnings.also(fieldError(message, [path]).at('warning'));
  };
  if (podContext.runAsNonRoot === undefined && context.runAsNonRoot === undefined) insecure('runAsNonRoot');
  if (context.allowPrivilegeEscalation === undefined) insecure('allowPrivilegeEscalation');
  if (!context.seccompProfile && !podContext.seccompProfile) insecure('seccompProfile');
  else if (!podContext.seccompProfile?.type && !context.seccompProfile?.type) insecure('seccompProfile.type');
  const { capabilities } = context;
  if (!capabilities) insecure('capabilities');
  else if (!capabilities.drop) insecure('capabilities.drop');
  else if (capabilities.drop[0] === 'all') {
    warnings = warnings.also(invalidValue('all', 'capabilities.drop', "Must be spelled as 'ALL'").at('warning'));
  }
  return warnings;
}
