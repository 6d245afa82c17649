/**
 * Follows the logs of services whose sources are open: each line goes to the statement that wrote it and, where it is of a stack
 * trace, to the errors. What cannot be placed exactly is left out.
 */

import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../../core/client.ts';
import { followOn, type LogReader } from '../../core/follow-on.ts';
import { stripAnsi } from '../../core/log-lines/ansi.ts';
import { readLine } from '../../core/log-lines/line.ts';
import { Placed } from '../../core/source/placed.ts';
import { createTraceReader, type Thrown, type TraceReader } from '../../core/source/traces.ts';
import { logError, messageOf } from '../log-error.ts';
import type { ServiceKey } from '../platform/snapshot.ts';
import { sourceFiles } from '../views/source-files.ts';
import { LiteralFiles } from './literal-files.ts';
import { StatementPaint } from './paint.ts';
import type { SourceLineDeps } from './register.ts';
import { ThrownDiagnostics } from './thrown-diagnostics.ts';

const history = 1_000;
/** A trace at the end of what was written is over when nothing follows for so long. */
const quietMs = 150;
const keptPods = 500;

interface Pod {
  root: string | undefined;
  /** When it was started, ms since the epoch. */
  at: number;
  readers: { stdout: TraceReader; stderr: TraceReader };
}

interface Stream {
  key: ServiceKey;
  client: PlatformClient;
  stop: AbortController;
  began: number;
  pods: Map<string, Pod>;
  quiet: NodeJS.Timeout | undefined;
}

export class SourceLines implements vscode.Disposable {
  #deps: SourceLineDeps;
  #streams = new Map<string, Stream>();
  #files = sourceFiles();
  #placed: Placed;
  #paint: StatementPaint;
  #thrown: ThrownDiagnostics;
  #literals: LiteralFiles;

  constructor(deps: SourceLineDeps) {
    this.#deps = deps;
    this.#placed = new Placed({
      files: this.#files,
      folders: () => deps.applications.items.map(({ dir }) => dir),
      isEdited,
    });
    this.#paint = new StatementPaint(deps.problems, this.#placed, logError(deps.log));
    this.#thrown = new ThrownDiagnostics(deps);
    this.#literals = new LiteralFiles(this.#files);
  }

  /** Follows these, and what was followed before as long as it is on the platform; nothing where it is off. */
  follow(wanted: ReadonlyMap<string, ServiceKey>, on: boolean): void {
    const { client, snapshot } = this.#deps.platforms;
    const there = new Set(snapshot.services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
    for (const [name, stream] of this.#streams) {
      const gone = snapshot.state === 'ready' && !there.has(name);
      if (on && !gone && stream.client === client) continue;
      this.#end(name, stream);
    }
    if (!client) return;
    for (const [name, key] of wanted) if (!this.#streams.has(name)) this.#begin(name, key, client);
  }

  #begin(name: string, key: ServiceKey, client: PlatformClient): void {
    const stream: Stream = {
      ...{ key, client, began: Date.now(), quiet: undefined },
      stop: new AbortController(),
      pods: new Map(),
    };
    this.#streams.set(name, stream);
    this.#run(name, stream).catch(logError(this.#deps.log));
  }

  #end(name: string, stream: Stream): void {
    stream.stop.abort();
    clearTimeout(stream.quiet);
    this.#streams.delete(name);
    this.#placed.forget(name);
    this.#thrown.forget(name);
    this.#paint.later();
  }

  async #run(name: string, stream: Stream): Promise<void> {
    const { namespace, name: service } = stream.key;
    const { log } = this.#deps;
    const reader: LogReader = {
      client: () => stream.client,
      // What cannot be placed costs its own place only, not the rest of the stream.
      tell: (line) => this.#take(name, stream, line).catch((error: unknown) => log.debug(String(error))),
      failed: (error) => log.debug(`source lines of ${name}: ${messageOf(error)}`),
    };
    await followOn({ namespace, service }, history, reader, stream.stop.signal);
  }

  async #take(name: string, stream: Stream, line: LogLine): Promise<void> {
    const pod = this.#podOf(stream, line);
    if (line.mark !== undefined) {
      if (line.mark === 'started') this.#started(name, line, pod);
      else await this.#flush(name, stream);
      return;
    }
    const plain = stripAnsi(line.text);
    const at = line.site ? await this.#placed.find(line.site, true) : await this.#byLiteral(line, plain, pod);
    // Ended while files were read, it was forgotten: nobody would take away what comes now.
    if (stream.stop.signal.aborted) return;
    if (at) {
      const written = { time: line.time, text: line.text, pod: line.pod, revision: line.revision, service: name };
      this.#placed.add(at.file, at.line, written);
      this.#paint.later();
    }
    for (const thrown of pod.readers[line.stream].push(plain)) await this.#throw(name, stream, line, pod, thrown);
    if (stream.stop.signal.aborted) return;
    clearTimeout(stream.quiet);
    stream.quiet = setTimeout(() => {
      this.#flush(name, stream, line).catch(logError(this.#deps.log));
    }, quietMs);
  }

  #podOf(stream: Stream, { pod, site, root, time }: LogLine): Pod {
    let known = stream.pods.get(pod);
    if (!known) {
      known = { root: undefined, at: time, readers: { stdout: createTraceReader(), stderr: createTraceReader() } };
      stream.pods.set(pod, known);
      for (const oldest of stream.pods.keys()) {
        if (stream.pods.size <= keptPods) break;
        stream.pods.delete(oldest);
      }
    }
    known.root = root ?? site?.root ?? known.root;
    return known;
  }

  /** In place a new instance is a new run of files that may have changed: what the last one wrote is over. */
  #started(name: string, { root, time }: LogLine, pod: Pod): void {
    pod.at = time;
    if (!root || !this.#deps.applications.items.some(({ dir }) => dir === root)) return;
    this.#placed.restarted(name, root);
    this.#thrown.forget(name);
    this.#paint.later();
  }

  async #flush(name: string, stream: Stream, line?: LogLine): Promise<void> {
    for (const [podName, pod] of stream.pods) {
      for (const reader of Object.values(pod.readers)) {
        for (const thrown of reader.flush()) {
          const revision = line?.revision ?? '';
          await this.#throw(name, stream, { revision, pod: podName, time: line?.time ?? Date.now() }, pod, thrown);
        }
      }
    }
  }

  async #throw(
    name: string,
    stream: Stream,
    { revision, pod, time }: Pick<LogLine, 'revision' | 'pod' | 'time'>,
    { root }: Pod,
    thrown: Thrown,
  ): Promise<void> {
    // What was thrown before anybody looked may long have been mended.
    if (time < stream.began - 5_000) return;
    const frames: Thrown['frames'] = [];
    for (const frame of thrown.frames) {
      if (/[\\/](node_modules|site-packages)[\\/]|^node:|^<|^internal\//.test(frame.path)) continue;
      const found = await this.#placed.find({ ...frame, root }, false);
      if (found) frames.push({ path: found.file, line: found.line, column: found.column });
    }
    if (frames.length === 0 || stream.stop.signal.aborted) return;
    this.#thrown.add({ service: name, revision, pod, at: time }, { ...thrown, frames }, stream.key);
  }

  async #byLiteral(
    line: LogLine,
    plain: string,
    { root, at }: Pod,
  ): Promise<{ file: string; line: number } | undefined> {
    if (root === undefined) return undefined;
    const application = this.#deps.applications.items.find(
      ({ dir, name }) => dir === root || (basename(dir) === name && line.revision.startsWith(name)),
    );
    if (!application) return undefined;
    const message = plain.startsWith('{') ? (readLine(lineInput(line), 0, undefined).json?.message ?? '') : plain;
    const found = await this.#literals.find(application.dir, message.trim());
    if (!found) return undefined;
    const current =
      root === application.dir
        ? ((await this.#files.mtime(found.file)) ?? Number.POSITIVE_INFINITY) <= at
        : (await this.#files.read(found.file)) ===
          (await this.#files.read(join(root, found.file.slice(application.dir.length))));
    if (!current || isEdited(found.file)) return undefined;
    await this.#placed.confirm(found.file);
    return found;
  }

  dispose(): void {
    for (const [name, stream] of this.#streams) this.#end(name, stream);
    this.#paint.dispose();
    this.#thrown.dispose();
    this.#literals.dispose();
  }
}

function isEdited(file: string): boolean {
  return vscode.workspace.textDocuments.some((document) => document.isDirty && document.uri.fsPath === file);
}

function lineInput({ time, revision, pod, text }: LogLine) {
  return { time, revision, pod, text, mark: null, site: null };
}
