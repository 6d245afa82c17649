/** Label and field selectors (apimachinery pkg/labels, pkg/fields). */
import { ApiError } from '../kernel/errors.ts';
import { at } from '../kernel/json.ts';
import { type GroupResource, type KubeObject, objectKey } from '../kernel/object.ts';

export interface Selector {
  /** True when everything matches. */
  empty: boolean;
  matches(object: KubeObject): boolean;
  /** Labels that must be equal: for the store's index. */
  equal: Record<string, string>;
}

interface Requirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  values: string[];
}

export const everything: Selector = { empty: true, matches: () => true, equal: {} };

/** @throws ApiError BadRequest. */
export function parseLabelSelector(text: string | null): Selector {
  if (!text?.trim()) return everything;
  const requirements = new LabelParser(text).parse();
  const equal: Record<string, string> = {};
  for (const { key, operator, values } of requirements) {
    if (operator === 'in' && values.length === 1) equal[key] = values[0] ?? '';
  }
  return {
    empty: false,
    equal,
    matches({ metadata }) {
      const labels = metadata.labels ?? {};
      return requirements.every((requirement) => holds(requirement, labels));
    },
  };
}

function holds({ key, operator, values }: Requirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

class LabelParser {
  readonly #text: string;
  readonly #tokens: string[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/==|!=|[=!<>(),]|[^\s=!<>(),]+/g) ?? [];
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      requirements.push(this.#requirement());
      const token = this.#take();
      if (token === undefined) return requirements;
      if (token !== ',') throw this.#error(token, "',' or 'end of string'");
    }
  }

  #requirement(): Requirement {
    const negated = this.#peek() === '!';
    if (negated) this.#take();
    const key = this.#word('identifier');
    if (negated) return { key, operator: 'absent', values: [] };
    const token = this.#peek();
    if (token === undefined || token === ',') return { key, operator: 'exists', values: [] };
    this.#take();
    switch (token) {
      case '=':
      case '==':
        return { key, operator: 'in', values: [this.#value()] };
      case '!=':
        return { key, operator: 'notin', values: [this.#value()] };
      case '>':
      case '<':
        return { key, operator: token === '>' ? 'gt' : 'lt', values: [this.#word('identifier')] };
      case 'in':
      case 'notin':
        return { key, operator: token, values: this.#set() };
      default:
        throw this.#error(token, 'in, notin, =, ==, !=, gt, lt');
    }
  }

  #set(): string[] {
    const open = this.#take();
    if (open !== '(') throw this.#error(open, "'('");
    const values: string[] = [];
    for (;;) {
      const token = this.#peek();
      if (token === ',' || token === ')') values.push('');
      else values.push(this.#word('identifier'));
      const end = this.#take();
      if (end === ')') return values;
      if (end !== ',') throw this.#error(end, "',' or ')'");
    }
  }

  /** May be empty. */
  #value(): string {
    const token = this.#peek();
    if (token === undefined || token === ',') return '';
    return this.#word('identifier');
  }

  #word(expected: string): string {
    const token = this.#take();
    if (token === undefined || /^[=!<>(),]/.test(token)) throw this.#error(token, expected);
    return token;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string | undefined {
    return this.#tokens[this.#next++];
  }

  #error(found: string | undefined, expected: string): ApiError {
    return new ApiError(
      'BadRequest',
      `unable to parse requirement: found '${found ?? ''}', expected: ${expected} in "${this.#text}"`,
    );
  }
}

/** Fields beside metadata.name and metadata.namespace that a kind may be selected by. */
const selectable: Record<GroupResource, readonly string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  services: ['spec.clusterIP', 'spec.type'],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
};

/** @throws ApiError BadRequest on bad syntax and on a field that the kind cannot be selected by. */
export function parseFieldSelector(
  text: string | null,
  resource: GroupResource,
  more: readonly string[] = [],
): Selector & { name?: string } {
  if (!text?.trim()) return everything;
  const terms = splitTerms(text).map((term) => {
    const match = /^((?:\\.|[^=!\\])*)(==|!=|=)(.*)$/s.exec(term);
    if (!match) throw new ApiError('BadRequest', `invalid selector: '${text}'; can't understand '${term}'`);
    const field = match[1] ?? '';
    const known = ['metadata.name', 'metadata.namespace', ...(selectable[resource] ?? []), ...more];
    if (!known.includes(field)) {
      throw new ApiError('BadRequest', `field label not supported: ${field}`);
    }
    return { field, negated: match[2] === '!=', value: (match[3] ?? '').replace(/\\([\\,=])/g, '$1') };
  });
  const name = terms.find(({ field, negated }) => field === 'metadata.name' && !negated)?.value;
  return {
    empty: false,
    equal: {},
    ...(name === undefined ? {} : { name }),
    matches: (object) => terms.every(({ field, negated, value }) => (fieldValue(object, field) === value) !== negated),
  };
}

function splitTerms(text: string): string[] {
  return (text.match(/(?:\\.|[^,\\])+/gs) ?? []).filter(Boolean);
}

function fieldValue(object: KubeObject, field: string): string {
  if (field === 'source') return String(at(object, 'source', 'component') ?? at(object, 'reportingComponent') ?? '');
  const value = at(object, ...field.split('.'));
  if (value === undefined || value === null)
    return field === 'spec.hostNetwork' || field === 'spec.unschedulable' ? 'false' : '';
  return String(value);
}

/** Bytewise order of keys, as lists come. */
export function compareObjects(a: KubeObject, b: KubeObject): number {
  const x = objectKey(a.metadata.namespace, a.metadata.name);
  const y = objectKey(b.metadata.namespace, b.metadata.name);
  return x < y ? -1 : x > y ? 1 : 0;
}
