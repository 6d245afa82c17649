/**
 * A stand-in for redhat.vscode-yaml: the same API, and what a user has who mapped a schema to all YAML files. It completes, explains and
 * judges by that schema where no contributor gives another, and always says what is no YAML and gives an outline.
 */
const vscode = require('vscode');

const mapped = {
  properties: {
    apiVersion: 'Of the mapped schema.',
    timeoutSeconds: 'Of the mapped schema.',
    kind: 'Of the mapped schema.',
  },
};

exports.activate = (context) => {
  const contributors = new Map();
  const schemaOf = (document) => {
    for (const { requestSchema, requestContent } of contributors.values()) {
      const uri = requestSchema(document.uri.toString());
      if (uri) return { properties: {}, ...JSON.parse(requestContent(uri)) };
    }
    return mapped;
  };
  const selector = { language: 'yaml' };
  const diagnostics = vscode.languages.createDiagnosticCollection('yaml');
  const judge = (document) => {
    if (document.languageId !== 'yaml') return;
    const found = [];
    const seen = new Set();
    document
      .getText()
      .split('\n')
      .forEach((line, number) => {
        const key = /^([\w.]+):/.exec(line)?.[1];
        if (line === '---') seen.clear();
        if (!key) return;
        const range = new vscode.Range(number, 0, number, key.length);
        const say = (message, source) => {
          const diagnostic = new vscode.Diagnostic(range, message);
          diagnostic.source = source;
          found.push(diagnostic);
        };
        if (seen.has(key)) say('Map keys must be unique', 'YAML');
        seen.add(key);
        const schema = schemaOf(document);
        if (schema === mapped && !schema.properties[key]) say(`Property ${key} is not allowed.`, 'yaml-schema');
      });
    diagnostics.set(document.uri, found);
  };
  context.subscriptions.push(
    diagnostics,
    vscode.workspace.onDidOpenTextDocument(judge),
    vscode.workspace.onDidChangeTextDocument(({ document }) => judge(document)),
    vscode.languages.registerCompletionItemProvider(selector, {
      provideCompletionItems: (document) =>
        Object.keys(schemaOf(document).properties).map(
          (name) => new vscode.CompletionItem(name, vscode.CompletionItemKind.Property),
        ),
    }),
    vscode.languages.registerHoverProvider(selector, {
      provideHover: (document, position) => {
        const word = document.getText(document.getWordRangeAtPosition(position));
        const text = schemaOf(document).properties[word];
        return text ? new vscode.Hover(text) : undefined;
      },
    }),
    vscode.languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: (document) => {
        const range = new vscode.Range(0, 0, document.lineCount - 1, 0);
        return [new vscode.DocumentSymbol('outline of the YAML extension', '', vscode.SymbolKind.Module, range, range)];
      },
    }),
  );
  vscode.workspace.textDocuments.forEach(judge);
  return {
    registerContributor(schema, requestSchema, requestContent) {
      if (contributors.has(schema)) return false;
      contributors.set(schema, { requestSchema, requestContent });
      vscode.workspace.textDocuments.forEach(judge);
      return true;
    },
  };
};
