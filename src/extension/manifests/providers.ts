/** Completion, hover, quick fixes and outline of manifests. What they say is in `language.ts`, which the first of them loads. */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import type { Completion } from './completion.ts';
import type { ManifestFindings } from './diagnostics.ts';
import { isManifest, isSlipwayFile, yamlSelector } from './files.ts';
import type { YamlExtension } from './yaml-extension.ts';

type Uses = Pick<Deps, 'applications' | 'platforms' | 'problems'>;
type Range = { start: number; end: number };

const rangeIn = (document: vscode.TextDocument, { start, end }: Range) =>
  new vscode.Range(document.positionAt(start), document.positionAt(end));

export function registerLanguage(deps: Uses, findings: ManifestFindings, yaml: YamlExtension): vscode.Disposable {
  const { locale } = deps.problems.words;
  const question = async (document: vscode.TextDocument, position: vscode.Position) => {
    const { worldOf } = await import('./language.ts');
    return {
      file: document.uri.fsPath,
      text: document.getText(),
      offset: document.offsetAt(position),
      slipwayFile: isSlipwayFile(document),
      locale,
      world: worldOf(deps, document.uri, vscode.workspace.isTrusted),
    };
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      yamlSelector,
      {
        async provideCompletionItems(document, position) {
          if (!isManifest(document)) return undefined;
          const { completionsAt } = await import('./language.ts');
          return (await completionsAt(await question(document, position))).map((item) =>
            itemOf(document, position, item),
          );
        },
      },
      ' ',
      ':',
      '/',
      '-',
    ),
    vscode.languages.registerHoverProvider(yamlSelector, {
      async provideHover(document, position) {
        if (!isManifest(document)) return undefined;
        const { hoverAt } = await import('./language.ts');
        const hover = await hoverAt(await question(document, position));
        return hover && new vscode.Hover(new vscode.MarkdownString(hover.markdown), rangeIn(document, hover.range));
      },
    }),
    vscode.languages.registerCodeActionsProvider(
      yamlSelector,
      {
        async provideCodeActions(document, range, context) {
          if (!isManifest(document)) return [];
          const { fixesOf, fixText, readSource } = await import('./language.ts');
          const text = document.getText();
          const source = readSource(document.uri.fsPath, text);
          const service = deps.applications.containing(document.uri)?.application?.name;
          const concerned = (await findings.of(document)).filter((finding) =>
            rangeIn(document, finding.range).intersection(range),
          );
          return concerned.flatMap((finding) =>
            fixesOf(source, finding, service).map((fix) => {
              const action = new vscode.CodeAction(fixText(locale, fix), vscode.CodeActionKind.QuickFix);
              action.edit = new vscode.WorkspaceEdit();
              for (const edit of fix.edits) action.edit.replace(document.uri, rangeIn(document, edit), edit.text);
              action.isPreferred = fix.preferred;
              action.diagnostics = context.diagnostics.filter((each) =>
                each.range.isEqual(rangeIn(document, finding.range)),
              );
              return action;
            }),
          );
        },
      },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
    vscode.languages.registerDocumentSymbolProvider(yamlSelector, {
      async provideDocumentSymbols(document) {
        if (!isManifest(document) || yaml.hasOutline) return undefined;
        const { outlineOf, readSource } = await import('./language.ts');
        type Entry = ReturnType<typeof outlineOf>[number];
        const symbol = (entry: Entry, top: boolean): vscode.DocumentSymbol => {
          const made = new vscode.DocumentSymbol(
            entry.name || '?',
            entry.detail,
            top ? vscode.SymbolKind.Object : vscode.SymbolKind.Field,
            rangeIn(document, entry.whole),
            rangeIn(document, entry.head),
          );
          made.children = entry.inside.map((each) => symbol(each, false));
          return made;
        };
        return outlineOf(readSource(document.uri.fsPath, document.getText())).map((entry) => symbol(entry, true));
      },
    }),
  );
}

const icons: Record<Completion['type'], vscode.CompletionItemKind> = {
  field: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
  annotation: vscode.CompletionItemKind.Constant,
  reference: vscode.CompletionItemKind.Reference,
  kind: vscode.CompletionItemKind.Class,
};

function itemOf(
  document: vscode.TextDocument,
  position: vscode.Position,
  completion: Completion,
): vscode.CompletionItem {
  const item = new vscode.CompletionItem(
    completion.detail === '' ? completion.label : { label: completion.label, description: completion.detail },
    icons[completion.type],
  );
  const whole = rangeIn(document, completion.range);
  item.insertText = new vscode.SnippetString(completion.insert);
  // What stands behind the cursor goes only when the entry replaces; VS Code inserts by default.
  item.range = { inserting: new vscode.Range(whole.start, position), replacing: whole };
  item.filterText = completion.label;
  item.sortText = completion.sort;
  if (completion.markdown !== '') item.documentation = new vscode.MarkdownString(completion.markdown);
  if (completion.again) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}
