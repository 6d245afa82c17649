/** Defaults and validation of PingSources. */
import { JsonError, readJson } from '../../api/json-body.ts';
import { CronError, parseCron } from '../../eventing/cron-fields.ts';
import type { Rules } from '../admission.ts';
import type { PlatformConfig } from '../config/types.ts';
import { rootType } from '../definition.ts';
import { validateSource } from '../duck-validation.ts';
import { type FieldError, invalidValue, multipleOneOf, noError } from '../field-errors.ts';
import { pingSourceSpec } from './schema.ts';
import type { PingSource, PingSourceSpec } from './types.ts';

export const pingSourceRules: Rules<PingSource> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.PingSource', pingSourceSpec),
  defaults({ spec }) {
    if (spec) spec.schedule ||= '* * * * *';
  },
  userInfo: () => 'sources.knative.dev',
  validate({ spec }, { config }) {
    return validateSchedule(spec?.schedule ?? '', spec?.timezone ?? '')
      .also(validateData(spec ?? {}, config), validateSource(spec, config))
      .viaField('spec');
  },
};

function validateSchedule(schedule: string, timezone: string): FieldError {
  let errors = schedule.includes('@every') ? invalidValue('unsupported descriptor @every', 'schedule') : noError;
  try {
    parseCron(schedule, timezone);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    const field = error.message.startsWith('provided bad location') ? 'timezone' : 'schedule';
    errors = errors.also(invalidValue(error.message, field));
  }
  return errors;
}

function validateData({ data, dataBase64, contentType }: PingSourceSpec, config: PlatformConfig): FieldError {
  if (data && dataBase64) return multipleOneOf('data', 'dataBase64');
  const isJson = contentType === 'application/json';
  if (data) {
    const errors = validateSize(data, 'data', config);
    return isJson ? errors.also(validateJson(data, 'data')) : errors;
  }
  if (!dataBase64) return noError;
  const errors = validateSize(dataBase64, 'dataBase64', config);
  const broken = base64Error(dataBase64);
  if (broken) return errors.also(invalidValue(broken, 'dataBase64'));
  if (!isJson) return errors;
  const text = new TextDecoder().decode(Uint8Array.from(atob(dataBase64), (byte) => byte.charCodeAt(0)));
  return errors.also(validateJson(text, 'dataBase64'));
}

function validateSize(text: string, field: string, { eventing }: PlatformConfig): FieldError {
  const size = new TextEncoder().encode(text).length;
  const limit = eventing.pingDataMaxSize;
  if (limit < 0 || size <= limit) return noError;
  return invalidValue(`the ${field} length of ${size} bytes exceeds limit set at ${limit}.`, field);
}

/** Go decodes into a map: any JSON that is no object is refused too. */
function validateJson(text: string, field: string): FieldError {
  let value: unknown;
  try {
    value = readJson(text).value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return invalidValue(error.message, field);
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return noError;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return invalidValue(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`, field);
}

/** encoding/base64's error: where the first byte is that it cannot use. */
function base64Error(text: string): string | undefined {
  const bytes = text.replace(/[\r\n]/g, '');
  const body = bytes.replace(/={1,2}$/, '');
  const bad = body.search(/[^A-Za-z0-9+/]/);
  if (bad >= 0) return `illegal base64 data at input byte ${bad}`;
  if (bytes.length % 4 === 0 && body.length % 4 !== 1) return undefined;
  return `illegal base64 data at input byte ${bytes.length - (bytes.length % 4)}`;
}
