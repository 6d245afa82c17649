/** Validation rules in CEL: their evaluator is loaded when the first definition that has any is there. */
import { isObject, type JsonObject } from '../json.ts';
import type { Schema } from '../resource.ts';
import type { FieldError } from './field-errors.ts';

/** One of `x-kubernetes-validations`. */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

export interface RuleProblem {
  /** Of the rule, below the schema. */
  path: string;
  source: ValidationRule;
  message: string;
  /** It is no CEL; else it asks for what is not here, and is not evaluated. */
  syntax: boolean;
}

export interface CompiledRules {
  problems: readonly RuleProblem[];
  /** Of an object that its schema holds. `warn`: what an update left as it was. */
  validate(object: JsonObject, old: JsonObject | undefined, warn: (message: string) => void): FieldError[];
}

let compile: ((schema: Schema) => CompiledRules) | undefined;

export async function loadRuleEngine(): Promise<void> {
  ({ compileRules: compile } = await import('./cel.ts'));
}

/** Undefined where there are none, or the evaluator is not loaded yet. */
export function compiledRules(schema: Schema): CompiledRules | undefined {
  return compile && hasRules(schema) ? compile(schema) : undefined;
}

/** Whether any part of a schema, or of whatever has schemas in it, has rules. */
export function hasRules(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasRules);
  if (!isObject(value)) return false;
  return 'x-kubernetes-validations' in value || Object.values(value).some(hasRules);
}
