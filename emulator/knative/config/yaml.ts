/** YAML inside ConfigMap values, refused in go-yaml's words. */
import { parseDocument } from 'yaml';
import { ConfigError } from './parse.ts';

/** @throws ConfigError `error converting YAML to JSON: yaml: line N: …`. */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (!error) return document.toJS() as unknown;
  const line = error.linePos?.[0].line ?? 1;
  throw new ConfigError(`error converting YAML to JSON: yaml: line ${line}: ${goYamlWords(error.code)}`);
}

function goYamlWords(code: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'found character that cannot start any token';
    case 'BAD_INDENT':
    case 'MULTILINE_IMPLICIT_KEY':
      return 'mapping values are not allowed in this context';
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN':
      return 'did not find expected node content';
    default:
      return "could not find expected ':'";
  }
}
