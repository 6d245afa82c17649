/** Cuts a stream of bytes into lines: UTF-8 across chunks, very long lines in parts, the rest at the end. Pure. */
import { StringDecoder } from 'node:string_decoder';

export interface Line {
  text: string;
  /** The line goes on in the next part. */
  partial: boolean;
}

export interface LineSplitter {
  push(chunk: Uint8Array): Line[];
  /** What has not been ended by a newline. */
  end(): Line[];
}

/** Longest part of a line, in UTF-16 units. */
export const maxLine = 65_536;

export function createLineSplitter(max = maxLine): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';

  const cut = (text: string): Line[] => {
    const lines: Line[] = [];
    let from = 0;
    for (let newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', from)) {
      const end = newline > from && text[newline - 1] === '\r' ? newline - 1 : newline;
      lines.push(...parts(text.slice(from, end), false));
      from = newline + 1;
    }
    rest = text.slice(from);
    if (rest.length > max) {
      const whole = parts(rest, true);
      rest = whole.pop()?.text ?? '';
      lines.push(...whole);
    }
    return lines;
  };

  const parts = (text: string, open: boolean): Line[] => {
    if (text.length <= max) return [{ text, partial: open }];
    const lines: Line[] = [];
    let from = 0;
    while (text.length - from > max) {
      let to = from + max;
      // Never between the halves of a character outside of the basic plane.
      const last = text.charCodeAt(to - 1);
      if (last >= 0xd800 && last <= 0xdbff) to--;
      lines.push({ text: text.slice(from, to), partial: true });
      from = to;
    }
    lines.push({ text: text.slice(from), partial: open });
    return lines;
  };

  return {
    push: (chunk) => cut(rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end() {
      const text = rest + decoder.end();
      rest = '';
      return text === '' ? [] : parts(text, false);
    },
  };
}
