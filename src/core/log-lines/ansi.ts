/** ANSI colours of a terminal (ECMA-48 SGR) as spans; every other escape sequence is dropped. Pure leaf. */

export interface Style {
  /** A theme variable's name or an rgb() colour. */
  color?: string;
  background?: string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
}

export interface Span {
  text: string;
  style: Style;
}

const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'];
// CSI … final byte; OSC … BEL or ST; other two-character escapes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character.
const escapes = /\u001b\[([0-9;:?]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is left of them must not reach the page either.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

export function hasEscapes(text: string): boolean {
  return text.includes('\u001b');
}

export function stripAnsi(text: string): string {
  return (hasEscapes(text) ? text.replace(escapes, '') : text).replace(controls, '');
}

export function parseAnsi(text: string): Span[] {
  if (!hasEscapes(text)) return [{ text: stripAnsi(text), style: {} }];
  const spans: Span[] = [];
  let style: Style = {};
  let from = 0;
  const push = (part: string) => {
    const plain = part.replace(controls, '');
    if (plain !== '') spans.push({ text: plain, style });
  };
  for (const match of text.matchAll(escapes)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') style = apply(style, match[1] ?? '');
  }
  push(text.slice(from));
  return spans;
}

function apply(before: Style, parameters: string): Style {
  const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map(Number);
  let style: Style = { ...before };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) style = without(style, 'bold', 'dim');
    else if (code === 23) style = without(style, 'italic');
    else if (code === 24) style = without(style, 'underline');
    else if (code === 39) style = without(style, 'color');
    else if (code === 49) style = without(style, 'background');
    else if (code === 38 || code === 48) {
      const [color, used] = extended(codes.slice(index + 1));
      index += used;
      if (color) style[code === 38 ? 'color' : 'background'] = color;
    } else if (code >= 30 && code <= 37) style.color = named(code - 30, false);
    else if (code >= 90 && code <= 97) style.color = named(code - 90, true);
    else if (code >= 40 && code <= 47) style.background = named(code - 40, false);
    else if (code >= 100 && code <= 107) style.background = named(code - 100, true);
  }
  return style;
}

/** `5;n` or `2;r;g;b`: the colour, and how many numbers it took. */
function extended(codes: readonly number[]): [string | undefined, number] {
  if (codes[0] === 5) {
    const index = codes[1] ?? 0;
    if (index < 16) return [named(index % 8, index >= 8), 2];
    if (index >= 232) return [rgb(8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10), 2];
    const cube = index - 16;
    const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
    return [rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)), 2];
  }
  if (codes[0] === 2) return [rgb(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), 4];
  return [undefined, 0];
}

function named(index: number, bright: boolean): string {
  return `var(--vscode-terminal-ansi${bright ? 'Bright' : ''}${names[index] ?? 'White'})`;
}

function rgb(red: number, green: number, blue: number): string {
  const byte = (value: number) => Math.max(0, Math.min(255, Math.trunc(value) || 0));
  return `rgb(${byte(red)} ${byte(green)} ${byte(blue)})`;
}

function without(style: Style, ...keys: (keyof Style)[]): Style {
  return Object.fromEntries(Object.entries(style).filter(([key]) => !keys.includes(key as keyof Style))) as Style;
}
