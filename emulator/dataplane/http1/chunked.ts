/** The chunked coding (RFC 9112, section 7.1), decoded strictly from pieces that end anywhere. */
import { ProtocolError } from './head.ts';

export interface ChunkedDecoder {
  /** Hands out data as it comes. Returns how many bytes belonged to the body; `done` turns true with the last. */
  decode(input: Buffer, data: (chunk: Buffer) => void): number;
  readonly done: boolean;
}

/** A line with a chunk's size and extensions, and the trailers together, may have so many bytes. */
const maxLine = 4096;
const maxTrailers = 16 * 1024;

/** Size and extensions (`;name`, `;name=value`, `;name="value"`), without any blank. */
const sizeLine =
  /^([0-9a-fA-F]{1,12})(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"[\t\x20\x21\x23-\x5b\x5d-\x7e]*"))?)*$/;

const trailerLine = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/;
/** Fields that would say anew where the message ends, or whose it is. */
const framing = /^(?:content-length|transfer-encoding|host|connection|upgrade):/i;

/** @throws ProtocolError (with `status`) from `decode` */
export function createChunkedDecoder(status: number): ChunkedDecoder {
  let state: 'size' | 'data' | 'dataEnd' | 'trailers' | 'done' = 'size';
  let left = 0;
  let line = '';
  let trailerBytes = 0;

  const fail = (message: string) => new ProtocolError(status, message);

  /** The line at `from` without its CRLF, once it is complete; else keeps what there is. */
  function takeLine(input: Buffer, from: number, limit: number): { next: number; text: string | undefined } {
    const feed = input.indexOf(10, from);
    const end = feed < 0 ? input.length : feed + 1;
    line += input.toString('latin1', from, end);
    if (line.length > limit) throw fail('a line of the chunked coding is too long');
    if (feed < 0) {
      if (line.slice(0, -1).includes('\r')) throw fail('bare CR in the chunked coding');
      return { next: end, text: undefined };
    }
    if (!line.endsWith('\r\n')) throw fail('bare LF in the chunked coding');
    const text = line.slice(0, -2);
    if (text.includes('\r')) throw fail('bare CR in the chunked coding');
    line = '';
    return { next: end, text };
  }

  function size(text: string): number {
    const match = sizeLine.exec(text);
    if (!match) throw fail('malformed chunk size');
    return Number.parseInt(match[1] ?? '', 16);
  }

  function decode(input: Buffer, data: (chunk: Buffer) => void): number {
    let at = 0;
    while (at < input.length && state !== 'done') {
      if (state === 'data') {
        const take = Math.min(left, input.length - at);
        data(at === 0 && take === input.length ? input : input.subarray(at, at + take));
        at += take;
        left -= take;
        if (left === 0) state = 'dataEnd';
        continue;
      }
      const { next, text } = takeLine(input, at, state === 'dataEnd' ? 2 : maxLine);
      at = next;
      if (text !== undefined) endOfLine(text);
    }
    return at;
  }

  function endOfLine(text: string): void {
    if (state === 'size') {
      left = size(text);
      state = left === 0 ? 'trailers' : 'data';
    } else if (state === 'dataEnd') {
      if (text !== '') throw fail('a chunk is longer than its size');
      state = 'size';
    } else if (text === '') {
      state = 'done';
    } else {
      trailerBytes += text.length;
      if (trailerBytes > maxTrailers) throw fail('the trailers are too long');
      if (!trailerLine.test(text) || framing.test(text)) throw fail('malformed trailer');
    }
  }

  return {
    decode,
    get done() {
      return state === 'done';
    },
  };
}
