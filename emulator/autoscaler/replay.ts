/** `kpa replay`: a trace on stdin, line by line; for each second what was decided, as a line `{"t", …}` on stdout. */
import { createInterface } from 'node:readline';
import { createReplay, type TraceHead, type TraceLine } from './trace.ts';

export async function replay(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  let next: ReturnType<typeof createReplay> | undefined;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() === '') continue;
    const line: unknown = JSON.parse(text);
    if (!next) {
      next = createReplay(line as TraceHead);
      continue;
    }
    const second = line as TraceLine;
    const decided = next(second);
    output.write(`${JSON.stringify({ t: second.t, ...decided })}\n`);
  }
}

if (import.meta.main) await replay(process.stdin, process.stdout);
