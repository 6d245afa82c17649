/**
 * Thrown errors in the lines of one instance's stream: stack traces of Node, Python, Go and Java, and those that a logger has put
 * into a field of a JSON line. Frames are in the order of the call that threw first. Pure.
 */

export interface Frame {
  path: string;
  line: number;
  /** From 1; 0 = unknown. */
  column: number;
}

export interface Thrown {
  language: 'node' | 'python' | 'go' | 'java';
  /** `TypeError: scene is undefined`. */
  message: string;
  /** Where it was thrown first. */
  frames: Frame[];
}

/** Takes lines (without escapes) one by one; a trace is told once a line comes that is not of it, or at `flush`. */
export interface TraceReader {
  push(text: string): Thrown[];
  flush(): Thrown[];
}

const keptFrames = 50;
const keptMessage = 500;
/** Longer lines begin no trace. */
const longest = 10_000;
/** Looked for first: nearly every line begins none. */
const hint = /Error|Exception|Throwable|panic|Traceback/;

const nodeHead = /^(?:.*?[\s[:(])?((?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?(?::.*)?)$/;
const nodeFrame =
  /^\s+at (?:async )?(?:[^()]*? )?\(?((?:file:\/\/)?(?:[A-Za-z]:)?[^\s():]+(?:[^():]*[^\s():])?):(\d+):(\d+)\)?(?: \{)?$/;
const pythonFrame = /^\s+File "([^"]+)", line (\d+)(?:, in .*)?$/;
const pythonEnd = /^((?:[\w.]+\.)?[A-Z]\w*(?::.*)?)$/;
const goHead = /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?(?:http: )?(panic(?::| serving [^ ]+:) .*)$/;
const goFrame = /^\t(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$/;
const javaHead =
  /^(?:Exception in thread "[^"]*" |Caused by: )?((?:[a-z_]\w*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable)\b(?::.*)?)$/;
const javaFrame =
  /^\s+at (?:[\w.@/-]+\/)?((?:[\w$]+\.)*)([\w$]+)\.[\w$<>]+\(([\w$]+\.(?:java|kt|scala|groovy)):(\d+)\)$/;
const javaOther = /^\s+(?:at .*\((?:Native Method|Unknown Source|.*)\)|\.\.\. \d+ (?:more|common frames omitted))$/;

interface Open extends Thrown {
  /** Python: frames come in the order of the calls, and the message at the end. */
  reversed: boolean;
  /** Lines that are neither head nor frame since the last frame. */
  idle: number;
}

export function createTraceReader(): TraceReader {
  let open: Open | undefined;

  const close = (): Thrown[] => {
    const done = open;
    open = undefined;
    if (!done || done.frames.length === 0 || done.message === '') return [];
    const { language, message, reversed } = done;
    const frames = reversed ? [...done.frames].reverse() : done.frames;
    return [{ language, message: message.slice(0, keptMessage), frames: frames.slice(0, keptFrames) }];
  };

  const begin = (language: Thrown['language'], message: string): void => {
    open = { language, message: message.trim(), frames: [], reversed: language === 'python', idle: 0 };
  };

  const frame = (found: Frame): void => {
    if (!open) return;
    open.idle = 0;
    // Of a deep recursion the end that threw is wanted.
    if (open.reversed && open.frames.length >= keptFrames) open.frames.shift();
    if (open.frames.length < keptFrames) open.frames.push(found);
  };

  /** Whether the line belongs to what is open. */
  const goesOn = (text: string): boolean => {
    if (!open) return false;
    switch (open.language) {
      case 'node': {
        const at = nodeFrame.exec(text);
        if (at) frame({ path: at[1] ?? '', line: Number(at[2]), column: Number(at[3]) });
        // Before the first frame a message may have more lines; between them stand anonymous and native ones.
        return at !== null || /^\s+at /.test(text) || (open.frames.length === 0 && text !== '' && open.idle++ < 5);
      }
      case 'python': {
        const at = pythonFrame.exec(text);
        if (at) frame({ path: at[1] ?? '', line: Number(at[2]), column: 0 });
        return at !== null || /^\s/.test(text);
      }
      case 'go': {
        const at = goFrame.exec(text);
        if (at && !at[1]?.includes('/src/runtime/')) frame({ path: at[1] ?? '', line: Number(at[2]), column: 0 });
        const inside = text === '' || /^goroutine \d+ /.test(text) || /^\S.*\)$/.test(text) || /^\[signal /.test(text);
        return at !== null || (inside && open.idle++ < 10) || /^(created by|panic)/.test(text);
      }
      case 'java': {
        const at = javaFrame.exec(text);
        if (at) {
          const folder = (at[1] ?? '').replaceAll('.', '/');
          frame({ path: `${folder}${at[3] ?? ''}`, line: Number(at[4]), column: 0 });
          return true;
        }
        if (/^Caused by: /.test(text) && javaHead.test(text)) {
          // The cause was thrown first.
          begin('java', javaHead.exec(text)?.[1] ?? '');
          return true;
        }
        return javaOther.test(text);
      }
    }
  };

  const start = (text: string): boolean => {
    if (text.length > longest || !hint.test(text)) return false;
    if (
      /^Traceback \(most recent call last\):$/.test(text.trim()) ||
      text.endsWith('Traceback (most recent call last):')
    )
      begin('python', '');
    else {
      const go = goHead.exec(text)?.[1];
      const java = go === undefined ? javaHead.exec(text)?.[1] : undefined;
      const node = go === undefined && java === undefined ? nodeHead.exec(text)?.[1] : undefined;
      if (go !== undefined) begin('go', go);
      else if (java !== undefined) begin('java', java);
      else if (node !== undefined) begin('node', node);
      else return false;
    }
    return true;
  };

  const pushLine = (text: string): Thrown[] => {
    if (goesOn(text)) return [];
    const python = open?.language === 'python' ? pythonEnd.exec(text)?.[1] : undefined;
    if (open && python !== undefined) {
      open.message = python;
      return close();
    }
    const done = close();
    start(text);
    return done;
  };

  return {
    push(text) {
      const inside = text.startsWith('{') && text.includes('\\n') ? fieldTraces(text) : undefined;
      if (inside === undefined) return pushLine(text);
      return [...close(), ...inside];
    },
    flush: close,
  };
}

/** Traces in the string fields of a JSON line, also one level below (`err.stack`); undefined where it is no JSON object. */
function fieldTraces(text: string): Thrown[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found: Thrown[] = [];
  const look = (item: unknown, depth: number): void => {
    if (typeof item === 'string' && item.includes('\n')) {
      const reader = createTraceReader();
      for (const line of item.split('\n')) found.push(...reader.push(line.startsWith('{') ? ` ${line}` : line));
      found.push(...reader.flush());
    } else if (typeof item === 'object' && item !== null && depth < 2) {
      for (const inner of Object.values(item)) look(inner, depth + 1);
    }
  };
  look(value, 0);
  return found;
}
