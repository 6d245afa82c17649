/** Finds what is wrong with slipway.yaml and the manifests, by the core's own reading and the platform's admission, and paints it. */
import * as vscode from 'vscode';
import type { Problem, SourcePlace } from '../../core/codes.ts';
import type { Finding } from '../../core/manifest/findings.ts';
import type { WorkspaceApplication } from '../applications.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { together } from '../messages.ts';
import { isManifest, isSlipwayFile } from './files.ts';
import {
  admitManifest,
  asBuilt,
  findingsOf,
  findingText,
  portFinding,
  readSource,
  slipwayFindings,
} from './language.ts';
import { PortsSeen } from './ports-seen.ts';
import type { YamlExtension } from './yaml-extension.ts';

export type DiagnosticUses = Pick<Deps, 'applications' | 'platforms' | 'problems' | 'log'>;

export class FindingPainter implements vscode.Disposable {
  #deps: DiagnosticUses;
  #yaml: YamlExtension;
  #collection = vscode.languages.createDiagnosticCollection('slipway');
  #ports: PortsSeen;
  #subscription: vscode.Disposable;
  #painted = 0;

  constructor(deps: DiagnosticUses, yaml: YamlExtension) {
    this.#deps = deps;
    this.#yaml = yaml;
    const { platforms } = deps;
    this.#ports = new PortsSeen(
      {
        client: () => platforms.client,
        snapshot: () => platforms.snapshot,
        isWanted: () => hasManifests(deps),
        log: logError(deps.log),
      },
      () => this.paint(),
    );
    this.#subscription = platforms.onChange(() => this.#ports.look());
  }

  /** Of the document as it is now. */
  of(document: vscode.TextDocument): Promise<Finding[]> {
    return this.#findingsIn(document.uri.fsPath, document.getText(), isSlipwayFile(document));
  }

  paint(): void {
    if (!hasManifests(this.#deps)) {
      this.#collection.clear();
      return;
    }
    this.#ports.look();
    this.#paint().catch(logError(this.#deps.log));
  }

  async #findingsIn(file: string, text: string, slipwayFile: boolean): Promise<Finding[]> {
    const source = readSource(file, text);
    const entry = this.#deps.applications.containing(vscode.Uri.file(file));
    if (slipwayFile) return slipwayFindings(source, entry?.problems ?? []);
    const application = entry?.application;
    const admit = (manifest: unknown) => admitManifest(application ? asBuilt(application, manifest) : manifest);
    const found = findingsOf(source, admit).filter(({ code }) => code !== 'syntax' || !this.#yaml.saysSyntax);
    for (const document of source.documents) {
      const port = this.#ports.of(document.value);
      const finding = port === undefined ? undefined : portFinding(document, port);
      if (finding) found.push(finding);
    }
    return found;
  }

  async #paint(): Promise<void> {
    const mine = ++this.#painted;
    const byFile = new Map<string, vscode.Diagnostic[]>();
    const add = (file: string, diagnostic: vscode.Diagnostic) => {
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    };
    for (const entry of this.#deps.applications.items) {
      const said = new Map<string, Finding[]>();
      for (const { file, text } of entry.files) {
        const found = await this.#findingsIn(file, text, false);
        said.set(file, found);
        for (const finding of found)
          add(file, diagnosticOf(this.#deps, finding, findingText(this.#deps.problems.words.locale, finding), text));
      }
      for (const problem of remaining(entry, said, this.#yaml)) {
        if (problem.place) add(problem.place.file, problemDiagnostic(this.#deps, problem, problem.place));
      }
    }
    const alone = vscode.workspace.textDocuments.filter(
      (document) =>
        isManifest(document) &&
        !isSlipwayFile(document) &&
        !this.#deps.applications.items.some(({ files }) => files.some(({ file }) => file === document.uri.fsPath)),
    );
    for (const document of alone) {
      const text = document.getText();
      for (const finding of await this.#findingsIn(document.uri.fsPath, text, false)) {
        add(
          document.uri.fsPath,
          diagnosticOf(this.#deps, finding, findingText(this.#deps.problems.words.locale, finding), text),
        );
      }
    }
    if (mine !== this.#painted) return;
    this.#collection.clear();
    for (const [file, list] of byFile) this.#collection.set(vscode.Uri.file(file), list);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#collection.dispose();
  }
}

const hasManifests = ({ applications }: Pick<Deps, 'applications'>): boolean =>
  applications.items.length > 0 || vscode.workspace.textDocuments.some(isManifest);

/** Of an application's problems those that no finding says already. */
function remaining(
  { problems, files }: WorkspaceApplication,
  said: ReadonlyMap<string, Finding[]>,
  yaml: YamlExtension,
): Problem[] {
  return problems.filter(({ code, place }) => {
    if (!place) return false;
    if (code === 'YamlSyntax') return !said.has(place.file) && !yaml.saysSyntax;
    const text = files.find(({ file }) => file === place.file)?.text;
    if (text === undefined || (code !== 'MissingField' && code !== 'BadField')) return true;
    const errors = (said.get(place.file) ?? []).filter(({ severity }) => severity === 'error');
    return code === 'BadField'
      ? !errors.some(({ range }) => lineOf(text, range.start) === place.line)
      : errors.length === 0;
  });
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  hint: vscode.DiagnosticSeverity.Hint,
};

function diagnosticOf(
  { problems }: Pick<Deps, 'problems'>,
  finding: Finding,
  message: string,
  text: string,
): vscode.Diagnostic {
  const { start, end } = finding.range;
  const at = (offset: number) => {
    const before = text.slice(0, offset);
    const newline = before.lastIndexOf('\n');
    return new vscode.Position(before.split('\n').length - 1, offset - newline - 1);
  };
  const diagnostic = new vscode.Diagnostic(new vscode.Range(at(start), at(end)), message, severities[finding.severity]);
  diagnostic.source = problems.say('diagnostic.source');
  diagnostic.code = finding.problem?.code ?? finding.code;
  if (finding.code === 'spelling') diagnostic.tags = [vscode.DiagnosticTag.Deprecated];
  return diagnostic;
}

function problemDiagnostic(
  { problems }: Pick<Deps, 'problems'>,
  problem: Problem,
  place: SourcePlace,
): vscode.Diagnostic {
  const { text, fix } = problems.of(problem);
  const message = together(problems.words.locale, [text, fix]);
  const diagnostic = new vscode.Diagnostic(rangeOf(place), message, severities[problem.severity]);
  diagnostic.source = problems.say('diagnostic.source');
  diagnostic.code = problem.code;
  return diagnostic;
}

function rangeOf({ line, column, endLine, endColumn }: SourcePlace): vscode.Range {
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  return new vscode.Range(
    start,
    new vscode.Position(Math.max(0, (endLine ?? line) - 1), Math.max(0, (endColumn ?? column + 1) - 1)),
  );
}
