/** Reads a JSON body: the value, the paths of duplicate members, and errors in the words of Go's decoder. */

/** A broken document; the message is Go's. */
export class JsonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JsonError';
  }
}

const deepest = 1000;

/** @throws JsonError. Duplicates are named as strict decoding does: `metadata.name`. The last one counts. */
export function readJson(text: string): { value: unknown; duplicates: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonError(new Scanner(text).scan().error ?? 'unexpected end of JSON input');
  }
  const { duplicates, error } = new Scanner(text).scan();
  if (error) throw new JsonError(error);
  return { value, duplicates };
}

class Stop extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  readonly #duplicates: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): { duplicates: string[]; error?: string } {
    try {
      this.#value('');
      this.#space();
      if (this.#at < this.#text.length) throw new Stop(`invalid character ${this.#shown()} after top-level value`);
      return { duplicates: this.#duplicates };
    } catch (error) {
      if (error instanceof Stop) return { duplicates: [], error: error.message };
      throw error;
    }
  }

  #value(path: string): void {
    this.#space();
    const character = this.#text[this.#at];
    if (character === undefined) throw new Stop('unexpected end of JSON input');
    if (character === '{') this.#object(path);
    else if (character === '[') this.#array(path);
    else if (character === '"') this.#string();
    else {
      literal.lastIndex = this.#at;
      const match = literal.exec(this.#text);
      if (!match) throw new Stop(`invalid character ${this.#shown()} looking for beginning of value`);
      this.#at = literal.lastIndex;
    }
  }

  #object(path: string): void {
    this.#enter();
    const seen = new Set<string>();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      this.#depth--;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#unexpected('looking for beginning of object key string');
      const key = this.#string();
      const inner = path ? `${path}.${key}` : key;
      if (seen.has(key)) this.#duplicates.push(inner);
      seen.add(key);
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#unexpected('after object key');
      this.#at++;
      this.#value(inner);
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}') throw this.#unexpected('after object key:value pair');
      this.#at++;
      if (next === '}') break;
    }
    this.#depth--;
  }

  #array(path: string): void {
    this.#enter();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      this.#depth--;
      return;
    }
    for (let index = 0; ; index++) {
      this.#value(`${path}[${index}]`);
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') throw this.#unexpected('after array element');
      this.#at++;
      if (next === ']') break;
    }
    this.#depth--;
  }

  #string(): string {
    const start = this.#at;
    for (this.#at++; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new Stop('unexpected end of JSON input');
      if (character === '\\') this.#at++;
      else if (character === '"') break;
      else if (character < ' ') throw new Stop(`invalid character ${this.#shown()} in string literal`);
    }
    this.#at++;
    const source = this.#text.slice(start, this.#at);
    if (!source.includes('\\')) return source.slice(1, -1);
    try {
      return JSON.parse(source) as string;
    } catch {
      throw new Stop('invalid character in string escape code');
    }
  }

  #enter(): void {
    if (++this.#depth > deepest) throw new Stop('exceeded max depth');
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #unexpected(where: string): Stop {
    if (this.#at >= this.#text.length) return new Stop('unexpected end of JSON input');
    return new Stop(`invalid character ${this.#shown()} ${where}`);
  }

  #shown(): string {
    const character = this.#text[this.#at] ?? '';
    return character === "'"
      ? `'\\''`
      : character < ' '
        ? JSON.stringify(character).replaceAll('"', "'")
        : `'${character}'`;
  }
}

const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
