/** Validation of Routes and of traffic. */
import { type Rules, type ValidationContext, validateUserInfo } from '../admission.ts';
import { rootType } from '../definition.ts';
import {
  disallowedFields,
  type FieldError,
  fieldError,
  invalidKeyName,
  invalidValue,
  missingOneOf,
  multipleOneOf,
  noError,
  outOfBounds,
} from '../field-errors.ts';
import { serving } from '../keys.ts';
import { isOwned, validateMetadata, validateOwnerLabel, validateRolloutDuration } from '../metadata-validation.ts';
import { label1035Errors, qualifiedNameErrors } from '../names-validation.ts';
import { defaultRoute } from './defaults.ts';
import { routeSpec } from './schema.ts';
import type { Route, RouteSpec, TrafficTarget } from './types.ts';

const group = 'serving.knative.dev';

export const routeRules: Rules<Route> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1.Route', routeSpec),
  defaults: defaultRoute,
  userInfo: (object) => (isOwned(object) ? undefined : group),
  validate: validateRoute,
};

function validateRoute(route: Route, { old }: ValidationContext<Route>): FieldError {
  const errors = validateMetadata(route, undefined)
    .also(
      validateOwnerLabel(route, serving.service, 'Service').viaField('labels'),
      validateRolloutDuration(route.metadata.annotations).viaField('annotations'),
    )
    .viaField('metadata')
    .also(validateTraffic(route.spec ?? {}, false).viaField('spec'));
  if (!old || isOwned(route)) return errors;
  return errors.also(validateUserInfo(group, route, old).viaField('metadata.annotations'));
}

/** `ownConfiguration`: of a Service, whose targets may not name a Configuration. Paths below `spec`. */
export function validateTraffic(spec: RouteSpec, ownConfiguration: boolean): FieldError {
  let errors = noError;
  let sum = 0;
  const byTag = new Map<string, number>();
  (spec.traffic ?? []).forEach((target, index) => {
    errors = errors.also(validateTarget(target, ownConfiguration).viaIndex(index));
    sum += target.percent ?? 0;
    if (!target.tag) return;
    const wrong = label1035Errors(target.tag);
    if (wrong.length > 0) {
      errors = errors.also(invalidValue(`not a DNS 1035 label: [${wrong.join(' ')}]`, `tag[${index}]`));
    }
    const first = byTag.get(target.tag);
    if (first === undefined) byTag.set(target.tag, index);
    else {
      const paths = [`[${index}].tag`, `[${first}].tag`];
      errors = errors.also(fieldError(`Multiple definitions for ${JSON.stringify(target.tag)}`, paths));
    }
  });
  if (sum !== 100) errors = errors.also(fieldError(`Traffic targets sum to ${sum}, want 100`, ['']));
  return errors.viaField('traffic');
}

function validateTarget(target: TrafficTarget, ownConfiguration: boolean): FieldError {
  const { revisionName = '', configurationName = '', latestRevision, percent } = target;
  let errors = noError;
  if (latestRevision !== undefined && (revisionName !== '') === latestRevision) {
    const message = `may not set revisionName ${JSON.stringify(revisionName)} when latestRevision is ${latestRevision}`;
    errors = fieldError(message, ['latestRevision']);
  }
  errors = errors.also(validateReferences(revisionName, configurationName, ownConfiguration));
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    errors = errors.also(outOfBounds(percent, 0, 100, 'percent'));
  }
  return target.url ? errors.also(disallowedFields('url')) : errors;
}

function validateReferences(revision: string, configuration: string, ownConfiguration: boolean): FieldError {
  if (ownConfiguration && configuration !== '') return disallowedFields('configurationName');
  if (revision !== '' && configuration !== '') return multipleOneOf('revisionName', 'configurationName');
  if (revision !== '') return validateReference(revision, 'revisionName');
  if (configuration !== '') return validateReference(configuration, 'configurationName');
  return ownConfiguration ? noError : missingOneOf('revisionName', 'configurationName');
}

function validateReference(name: string, field: string): FieldError {
  const wrong = qualifiedNameErrors(name);
  return wrong.length > 0 ? invalidKeyName(name, field, ...wrong) : noError;
}
