/**
 * What the editor was told of a tree, so that it is told only of rows that changed: a busy platform must not make it flicker. Long
 * lists come in two parts. Pure leaf.
 */
import { type NodeSubject, paintedForm, type TreeNode } from './nodes.ts';

/** What the editor holds on to and commands are given: one object per id for as long as its parent shows it. */
export interface Element {
  readonly id: string;
  node: TreeNode;
  readonly parent: Element | undefined;
  /** As last painted; undefined before. */
  form: string | undefined;
  /** Those last handed out; undefined while closed. */
  children: Element[] | undefined;
}

/**
 * An editor takes a list of rows whole, and of a thousand its first paint waits for all: so many come first, the rest when those
 * have been painted.
 */
export const firstRows = 40;
/** A list of so many is read as a whole: its rest is not worth a second paint. */
export const wholeRows = 100;
const restMs = 400;

/**
 * A view that is shown again first draws what it was told last before it was hidden. Rows that are exchanged under it meanwhile it
 * does not find, and those that it has not found it does not draw anew.
 */
const settleMs = 250;

export function subjectOf(argument: unknown): NodeSubject | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('node' in argument) return (argument as Element).node.subject;
  return 'type' in argument ? (argument as NodeSubject) : undefined;
}

/** The roots as they are now; a promise only until what builds them is loaded. */
export type NodeSource = () => readonly TreeNode[] | Promise<readonly TreeNode[]>;

export class Rows {
  #source: NodeSource;
  #onProblem: (error: unknown) => void;
  #tell: (changed: Element[] | undefined) => void;
  #roots: readonly TreeNode[] = [];
  /** Something changed since the roots were built. */
  #stale = true;
  /** `settling`: shown again a moment ago. `new`: never shown. */
  #visibility: 'new' | 'hidden' | 'settling' | 'visible' = 'new';
  #settled: NodeJS.Timeout | undefined;
  #shown: Element[] | undefined;
  /** How far long lists are handed out, by their parent; the roots' by this provider. */
  #pages = new WeakMap<object, 'first' | 'whole'>();
  #timers = new Set<NodeJS.Timeout>();

  /** `tell`: these are to be asked for again; undefined: all. */
  constructor(
    source: NodeSource,
    { tell, onProblem }: { tell(changed: Element[] | undefined): void; onProblem(error: unknown): void },
  ) {
    this.#source = source;
    this.#tell = tell;
    this.#onProblem = onProblem;
  }

  /** The roots may be others now: compared at once while somebody looks, else when somebody does. */
  changed(): void {
    this.#stale = true;
    if (this.#visibility !== 'visible' || !this.#shown) return;
    this.#read().catch(this.#onProblem);
  }

  set visible(visible: boolean) {
    clearTimeout(this.#settled);
    if (!visible) this.#visibility = 'hidden';
    else if (this.#visibility === 'hidden') {
      this.#visibility = 'settling';
      this.#settled = setTimeout(() => this.#isDrawn(), settleMs);
    } else this.#isDrawn();
  }

  #isDrawn(): void {
    this.#visibility = 'visible';
    if (this.#stale) this.changed();
  }

  async #read(): Promise<void> {
    this.#show(await this.#source());
  }

  #show(roots: readonly TreeNode[]): void {
    this.#take(roots);
    if (!this.#shown) return;
    const page = this.#page(undefined, roots);
    if (!sameIds(this.#shown, page)) {
      this.#tell(undefined);
      return;
    }
    const changed: Element[] = [];
    page.forEach((root, index) => {
      const element = this.#shown?.[index];
      if (element) this.#compare(element, root, changed);
    });
    if (changed.length > 0) this.#tell(changed);
  }

  #take(roots: readonly TreeNode[]): void {
    this.#roots = roots;
    this.#stale = false;
  }

  /** What is painted of it now. */
  painted(element: Element): TreeNode {
    element.form = paintedForm(element.node);
    return element.node;
  }

  /** Answered at once from what is known: the first paint waits for it. */
  children(parent?: Element): Element[] | Promise<Element[]> {
    if (parent || !this.#stale) return this.#elements(parent);
    const roots = this.#source();
    if ('then' in roots) {
      return roots.then((loaded) => {
        this.#take(loaded);
        return this.#elements();
      });
    }
    this.#take(roots);
    return this.#elements();
  }

  #elements(parent?: Element): Element[] {
    const nodes = parent ? parent.node.children() : this.#roots;
    const before = new Map((parent ? parent.children : this.#shown)?.map((element) => [element.id, element]));
    const page = this.#page(parent, nodes);
    if (page.length < nodes.length) this.#restLater(parent);
    const elements = page.map((node): Element => {
      const known = before.get(node.id);
      if (!known) return { id: node.id, node, parent, form: undefined, children: undefined };
      known.node = node;
      return known;
    });
    if (parent) parent.children = elements;
    else this.#shown = elements;
    return elements;
  }

  /** What of a list is to be shown now. */
  #page(parent: Element | undefined, nodes: readonly TreeNode[]): readonly TreeNode[] {
    const key = parent ?? this;
    if (nodes.length <= wholeRows) this.#pages.delete(key);
    return nodes.length <= wholeRows || this.#pages.get(key) === 'whole' ? nodes : nodes.slice(0, firstRows);
  }

  #restLater(parent: Element | undefined): void {
    const key = parent ?? this;
    if (this.#pages.has(key)) return;
    this.#pages.set(key, 'first');
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#pages.set(key, 'whole');
      this.#tell(parent && [parent]);
    }, restMs);
    this.#timers.add(timer);
  }

  /** Takes the new node over; an element whose own paint or list of children changed is refreshed as a whole. */
  #compare(element: Element, node: TreeNode, changed: Element[]): void {
    element.node = node;
    const children = element.children === undefined ? undefined : this.#page(element, node.children());
    const moved = children !== undefined && element.children !== undefined && !sameIds(element.children, children);
    if ((element.form !== undefined && paintedForm(node) !== element.form) || moved) {
      changed.push(element);
      return;
    }
    children?.forEach((child, index) => {
      const known = element.children?.[index];
      if (known) this.#compare(known, child, changed);
    });
  }

  dispose(): void {
    clearTimeout(this.#settled);
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function sameIds(before: readonly { id: string }[], after: readonly { id: string }[]): boolean {
  return before.length === after.length && before.every(({ id }, index) => id === after[index]?.id);
}
