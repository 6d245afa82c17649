/**
 * The part of Go's text/template that Knative's ConfigMaps use (domain-template, tag-template, container names, request
 * logs): fields, variables, pipelines, if/else/with/range, trim markers and the built-in functions, with Go's own error
 * texts. Nested templates (`define`, `template`, `block`) are refused.
 */
import { type Command, type Node, type Operand, type Pipe, type Template, TemplateError } from './go-template-ast.ts';
import { execute, functionNames } from './go-template-run.ts';
import { type Token, tokenize } from './go-template-tokens.ts';

/** @throws TemplateError, `template: <name>:<line>: <why>`. */
export function parseTemplate(name: string, source: string): Template {
  const nodes = new Parser(name, source).parse();
  return { source, execute: (data) => execute(name, source, nodes, data) };
}

class Parser {
  readonly #name: string;
  readonly #tokens: Token[];
  #next = 0;
  #variables: string[] = ['$'];
  #loops = 0;

  constructor(name: string, source: string) {
    this.#name = name;
    this.#tokens = tokenize(source);
  }

  parse(): Node[] {
    const { nodes, end } = this.#list();
    if (end) this.#fail(`unexpected {{${end}}}`);
    return nodes;
  }

  #fail(why: string, line = this.#tokens[Math.max(0, this.#next - 1)]?.line ?? 1): never {
    throw new TemplateError(`template: ${this.#name}:${line}: ${why}`);
  }

  #take(): Token {
    const token = this.#tokens[this.#next] ?? this.#tokens.at(-1);
    if (!token) throw new Error('no tokens');
    this.#next++;
    if (token.type === 'error') this.#fail(token.text, token.line);
    return token;
  }

  #peek(): Token {
    const token = this.#take();
    this.#next--;
    return token;
  }

  #takeNonSpace(): Token {
    let token = this.#take();
    while (token.type === 'space') token = this.#take();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#takeNonSpace();
    this.#next--;
    return token;
  }

  #unexpected(token: Token, where: string): never {
    const shown = token.type === 'eof' ? 'EOF' : token.type === 'keyword' ? `<${token.text}>` : goQuote(token.text);
    this.#fail(`unexpected ${shown} in ${where}`, token.line);
  }

  /** Nodes up to the end of input, or to an `end` or `else`, which is consumed up to its keyword. */
  #list(): { nodes: Node[]; end: '' | 'end' | 'else' } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#take();
      if (token.type === 'eof') return { nodes, end: '' };
      if (token.type === 'text') nodes.push({ kind: 'text', text: token.text });
      else {
        const first = this.#peekNonSpace();
        if (first.type === 'keyword') {
          this.#takeNonSpace();
          if (first.text === 'end' || first.text === 'else') return { nodes, end: first.text };
          nodes.push(this.#control(first));
        } else {
          nodes.push({ kind: 'action', pipe: this.#pipeline('command', 'right') });
        }
      }
    }
  }

  #control(keyword: Token): Node {
    switch (keyword.text) {
      case 'if':
      case 'with':
      case 'range':
        return this.#branch(keyword.text);
      case 'break':
      case 'continue':
        if (this.#loops === 0) this.#fail(`{{${keyword.text}}} outside {{range}}`);
        this.#right(keyword.text);
        return { kind: keyword.text };
      default:
        return this.#fail(`{{${keyword.text}}} is not supported here`);
    }
  }

  #branch(kind: 'if' | 'with' | 'range'): Node {
    const scope = this.#variables.length;
    const pipe = this.#pipeline(kind, 'right');
    if (kind === 'range') this.#loops++;
    const body = this.#list();
    if (kind === 'range') this.#loops--;
    let otherwise: Node[] = [];
    if (body.end === '') this.#fail('unexpected EOF');
    if (body.end === 'else') {
      const next = this.#peekNonSpace();
      if (next.type === 'keyword' && next.text === kind && kind !== 'range') {
        this.#takeNonSpace();
        otherwise = [this.#branch(kind)];
        this.#variables.length = scope;
        return { kind, pipe, body: body.nodes, otherwise };
      }
      this.#right('else');
      const rest = this.#list();
      if (rest.end !== 'end') this.#fail(rest.end === '' ? 'unexpected EOF' : 'expected end; found {{else}}');
      otherwise = rest.nodes;
    }
    this.#right('end');
    this.#variables.length = scope;
    return { kind, pipe, body: body.nodes, otherwise };
  }

  #right(where: string): void {
    const token = this.#takeNonSpace();
    if (token.type !== 'right') this.#unexpected(token, where);
  }

  #pipeline(where: string, end: 'right' | 'rightParen'): Pipe {
    const start = this.#peekNonSpace();
    const declares: string[] = [];
    let assigns = false;
    const mark = this.#next;
    if (start.type === 'variable') {
      const names = this.#declarations(where);
      if (names) {
        declares.push(...names.names);
        assigns = names.assigns;
      } else this.#next = mark;
    }
    const commands: Command[] = [];
    for (;;) {
      const token = this.#takeNonSpace();
      if (token.type === end) break;
      this.#next--;
      if (!startsOperand(token)) this.#unexpected(token, where);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${where}`);
    commands.slice(1).forEach((command, index) => {
      const kind = command.args[0]?.kind;
      if (kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string') {
        this.#fail(`non executable command in pipeline stage ${index + 2}`);
      }
    });
    if (!assigns) this.#variables.push(...declares);
    const position = { at: start.at, line: start.line };
    return { declares, assigns, commands, position, text: commands.map(({ text }) => text).join(' | ') };
  }

  #declarations(where: string): { names: string[]; assigns: boolean } | undefined {
    const names: string[] = [];
    for (;;) {
      const variable = this.#takeNonSpace();
      if (variable.type !== 'variable') return undefined;
      names.push(variable.text);
      const next = this.#takeNonSpace();
      if (next.type === 'declare' || next.type === 'assign') {
        if (next.type === 'assign') {
          for (const name of names) if (!this.#variables.includes(name)) this.#fail(`undefined variable "${name}"`);
        }
        return { names, assigns: next.type === 'assign' };
      }
      if (next.type !== 'char' || next.text !== ',' || where !== 'range' || names.length > 1) return undefined;
    }
  }

  #command(): Command {
    const args: Operand[] = [];
    const start = this.#peekNonSpace();
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand) args.push(operand);
      const token = this.#take();
      if (token.type === 'space') continue;
      if (token.type === 'right' || token.type === 'rightParen') {
        this.#next--;
        break;
      }
      if (token.type === 'pipe') break;
      this.#unexpected(token, 'operand');
    }
    if (args.length === 0) this.#fail('empty command');
    return { args, position: { at: start.at, line: start.line }, text: args.map(({ text }) => text).join(' ') };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (!term) return undefined;
    if (this.#peek().type !== 'field') return term;
    const names: string[] = [];
    while (this.#peek().type === 'field') names.push(this.#take().text.slice(1));
    const text = term.text + names.map((name) => `.${name}`).join('');
    if (term.kind === 'field') return { ...term, names: [...term.names, ...names], text };
    if (term.kind === 'variable') return { ...term, names: [...term.names, ...names], text };
    if (term.kind === 'bool' || term.kind === 'string' || term.kind === 'number' || term.kind === 'nil') {
      this.#fail(`unexpected . after term ${goQuote(term.text)}`);
    }
    return { kind: 'chain', of: term, names, position: term.position, text };
  }

  #term(): Operand | undefined {
    const token = this.#takeNonSpace();
    const position = { at: token.at, line: token.line };
    const text = token.text;
    switch (token.type) {
      case 'identifier':
        if (!functionNames.has(text)) this.#fail(`function "${text}" not defined`);
        return { kind: 'function', name: text, position, text };
      case 'dot':
        return { kind: 'dot', position, text: '.' };
      case 'nil':
        return { kind: 'nil', position, text };
      case 'bool':
        return { kind: 'bool', value: text === 'true', position, text };
      case 'number':
        return { kind: 'number', value: Number(text), position, text };
      case 'string':
        return { kind: 'string', value: token.value ?? '', position, text };
      case 'field':
        return { kind: 'field', names: [text.slice(1)], position, text };
      case 'variable':
        if (!this.#variables.includes(text)) this.#fail(`undefined variable "${text}"`);
        return { kind: 'variable', name: text, names: [], position, text };
      case 'leftParen': {
        const pipe = this.#pipeline('parenthesized pipeline', 'rightParen');
        return { kind: 'pipe', pipe, position, text: `(${pipe.text})` };
      }
      default:
        this.#next--;
        return undefined;
    }
  }
}

function startsOperand(token: Token): boolean {
  return ['bool', 'dot', 'field', 'identifier', 'number', 'nil', 'string', 'variable', 'leftParen'].includes(
    token.type,
  );
}

/** Go's %q for what occurs here. */
function goQuote(text: string): string {
  return JSON.stringify(text);
}
