/** What the parser of Go templates makes and the runner walks. */
import type { GoValue } from './go-template-run.ts';

export interface Template {
  /** What it was parsed from. */
  readonly source: string;
  /** @throws TemplateError as Go would put it. */
  execute(data: GoValue): string;
}

export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateError';
  }
}

export interface Position {
  /** Offset into the source. */
  at: number;
  line: number;
}

export type Operand =
  | { kind: 'dot' | 'nil'; position: Position; text: string }
  | { kind: 'bool'; value: boolean; position: Position; text: string }
  | { kind: 'number'; value: number; position: Position; text: string }
  | { kind: 'string'; value: string; position: Position; text: string }
  | { kind: 'field'; names: string[]; position: Position; text: string }
  | { kind: 'variable'; name: string; names: string[]; position: Position; text: string }
  | { kind: 'function'; name: string; position: Position; text: string }
  | { kind: 'pipe'; pipe: Pipe; position: Position; text: string }
  | { kind: 'chain'; of: Operand; names: string[]; position: Position; text: string };

export interface Command {
  args: Operand[];
  position: Position;
  text: string;
}

export interface Pipe {
  declares: string[];
  assigns: boolean;
  commands: Command[];
  position: Position;
  text: string;
}

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'action'; pipe: Pipe }
  | { kind: 'break' | 'continue' }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; body: Node[]; otherwise: Node[] };
