/** Templates inside ConfigMaps: a broken one is a refusal of the ConfigMap. */

import { parseTemplate } from './go-template.ts';
import { type Template, TemplateError } from './go-template-ast.ts';
import { ConfigError } from './parse.ts';

/** @throws ConfigError */
export function templateOf(name: string, source: string): Template {
  return tried(() => parseTemplate(name, source));
}

/** Turns a TemplateError into a ConfigError. */
export function tried<T>(work: () => T, prefix = ''): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw new ConfigError(prefix + error.message);
    throw error;
  }
}
