/** Paints the rows of a tree in the editor. */
import * as vscode from 'vscode';
import { type Element, type NodeSource, Rows } from './rows.ts';

export class NodeProvider implements vscode.TreeDataProvider<Element>, vscode.Disposable {
  #changes = new vscode.EventEmitter<Element[] | undefined>();
  #rows: Rows;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(source: NodeSource, onProblem: (error: unknown) => void) {
    this.#rows = new Rows(source, { tell: (changed) => this.#changes.fire(changed), onProblem });
  }

  /** The roots may be others now: compared at once while somebody looks, else when somebody does. */
  changed(): void {
    this.#rows.changed();
  }

  set visible(visible: boolean) {
    this.#rows.visible = visible;
  }

  getTreeItem(element: Element): vscode.TreeItem {
    const node = this.#rows.painted(element);
    const states = {
      none: vscode.TreeItemCollapsibleState.None,
      open: vscode.TreeItemCollapsibleState.Expanded,
      closed: vscode.TreeItemCollapsibleState.Collapsed,
    };
    const item = new vscode.TreeItem(node.label, states[node.expanded]);
    item.id = node.id;
    item.description = node.description;
    // One that is left open is asked for when somebody looks.
    if (!node.hover) item.tooltip = node.tooltip;
    item.contextValue = node.context;
    const color = node.icon.color === undefined ? undefined : new vscode.ThemeColor(node.icon.color);
    item.iconPath = new vscode.ThemeIcon(node.icon.name, color);
    item.accessibilityInformation = { label: [node.label, node.spoken, node.description].filter(Boolean).join(', ') };
    return item;
  }

  async resolveTreeItem(item: vscode.TreeItem, { node }: Element): Promise<vscode.TreeItem> {
    if (node.hover) item.tooltip = new vscode.MarkdownString(await node.hover());
    return item;
  }

  getChildren(parent?: Element): Element[] | Promise<Element[]> {
    return this.#rows.children(parent);
  }

  getParent(element: Element): Element | undefined {
    return element.parent;
  }

  dispose(): void {
    this.#rows.dispose();
    this.#changes.dispose();
  }
}
