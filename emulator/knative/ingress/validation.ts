/** Defaults and validation of Ingresses. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { type FieldError, fieldError, invalidValue, missingField, noError } from '../field-errors.ts';
import { ingressSpec } from './schema.ts';
import type { Ingress, IngressPath, IngressRule, IngressSplit, IngressTls } from './types.ts';

export const ingressRules: Rules<Ingress> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1alpha1.Ingress', ingressSpec),
  defaults(ingress) {
    for (const rule of ingress.spec?.rules ?? []) {
      rule.visibility ||= 'ExternalIP';
      for (const path of rule.http?.paths ?? []) {
        const [only] = path.splits ?? [];
        if (only && path.splits.length === 1) only.percent ||= 100;
      }
    }
  },
  validate(ingress) {
    const { spec } = ingress;
    if (!spec || Object.keys(spec).length === 0) return missingField('spec');
    let errors = (spec.rules?.length ?? 0) === 0 ? missingField('rules') : noError;
    for (const [index, rule] of (spec.rules ?? []).entries()) {
      errors = errors.also(validateRule(rule, ingress.metadata.namespace ?? '').viaFieldIndex('rules', index));
    }
    for (const [index, tls] of (spec.tls ?? []).entries()) {
      errors = errors.also(validateTls(tls).viaFieldIndex('tls', index));
    }
    const option: string = spec.httpOption ?? '';
    if (!['', 'Enabled', 'Redirected'].includes(option)) errors = errors.also(invalidValue(option, 'httpOption'));
    return errors.viaField('spec');
  },
};

function validateRule(rule: IngressRule, namespace: string): FieldError {
  if (!rule.http) return missingField('http');
  const paths = rule.http.paths ?? [];
  if (paths.length === 0) return missingField('paths').viaField('http');
  return paths
    .reduce((errors, path, index) => errors.also(validatePath(path, namespace).viaFieldIndex('paths', index)), noError)
    .viaField('http');
}

function validatePath(path: IngressPath, namespace: string): FieldError {
  const splits = path.splits ?? [];
  if (splits.length === 0) return missingField('splits');
  let total = 0;
  for (const [index, split] of splits.entries()) {
    const wrong = validateSplit(split, namespace);
    if (!wrong.empty) return wrong.viaFieldIndex('splits', index);
    total += split.percent ?? 0;
  }
  if (total === 100 || (splits.length === 1 && total === 0)) return noError;
  return fieldError(`traffic split percentage must total to 100, but was ${total}`, ['splits']);
}

function validateSplit(split: IngressSplit, namespace: string): FieldError {
  const { percent = 0, serviceNamespace, serviceName, servicePort } = split;
  let errors = percent < 0 || percent > 100 ? invalidValue(percent, 'percent') : noError;
  if (!serviceNamespace) errors = errors.also(missingField('serviceNamespace'));
  else if (serviceNamespace !== namespace) {
    errors = errors.also(fieldError('service namespace must match ingress namespace', ['serviceNamespace']));
  }
  if (!serviceName) errors = errors.also(missingField('serviceName'));
  return servicePort ? errors : errors.also(missingField('servicePort'));
}

function validateTls(tls: IngressTls): FieldError {
  const missing = (['secretName', 'secretNamespace'] as const).filter((field) => !tls[field]);
  return missing.length > 0 ? missingField(...missing) : noError;
}
