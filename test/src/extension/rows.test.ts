/** How a tree hands its rows to the editor: long lists in two parts, and only what changed is asked for again. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TreeNode } from '../../../src/extension/trees/nodes.ts';
import { type Element, firstRows, Rows, wholeRows } from '../../../src/extension/trees/rows.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const node = (id: string, label = id, children: () => TreeNode[] = () => []): TreeNode => ({
  ...{ id, label, description: '', spoken: '', tooltip: '', icon: { name: 'circle' }, context: '' },
  subject: { type: 'group' },
  expanded: children().length > 0 ? 'open' : 'none',
  children,
});
const list = (count: number, change: (index: number) => string = () => '') =>
  Array.from({ length: count }, (_, index) => node(`row:${index}`, `row ${index}${change(index)}`));
const idsOf = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => id);

/** An editor that asks again for what it is told of, as a real one does: it paints each row that it is given. */
function editorOf(first: readonly TreeNode[]) {
  let roots = first;
  const told: (string[] | 'all')[] = [];
  const painted: string[] = [];
  const shown = new Map<Element | undefined, Element[]>();
  const paint = (element: Element): void => {
    painted.push(rows.painted(element).label);
    if (element.node.expanded === 'open') ask(element);
  };
  function ask(parent?: Element): void {
    const answer = rows.children(parent);
    if (!Array.isArray(answer)) throw new Error('a promise');
    shown.set(parent, answer);
    answer.forEach(paint);
  }
  const rows = new Rows(() => roots, {
    tell(changed) {
      told.push(changed ? idsOf(changed) : 'all');
      if (changed) changed.forEach(paint);
      else ask();
    },
    onProblem(error) {
      throw error;
    },
  });
  rows.visible = true;
  ask();
  return {
    ...{ told, painted, rows },
    shown: (parent?: Element) => shown.get(parent) ?? [],
    async change(next: readonly TreeNode[]) {
      roots = next;
      rows.changed();
      // What builds the roots may be a promise: the answer comes a turn later.
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

it('a long list comes with its first rows, then whole, each row the same object as before', async () => {
  const all = list(1_000);
  const editor = editorOf(all);
  const first = editor.shown();
  expect(idsOf(first)).toEqual(idsOf(all.slice(0, firstRows)));
  await vi.runAllTimersAsync();
  expect(editor.told).toEqual(['all']);
  expect(idsOf(editor.shown())).toEqual(idsOf(all));
  expect(
    editor
      .shown()
      .slice(0, firstRows)
      .every((element, index) => element === first[index]),
  ).toBe(true);
  await vi.runAllTimersAsync();
  expect(editor.told).toHaveLength(1);
});

it.each([0, 1, firstRows, firstRows + 1, wholeRows])(
  'a list of %i comes whole, and nothing after it',
  async (count) => {
    const editor = editorOf(list(count));
    expect(editor.shown()).toHaveLength(count);
    await vi.runAllTimersAsync();
    expect(editor.told).toEqual([]);
  },
);

it('a change while only the first rows are there is asked for alone; the rest comes all the same, none lost or twice', async () => {
  const editor = editorOf(list(300));
  const first = editor.shown();
  const changed = list(300, (index) => (index === 7 || index === 250 ? ' changed' : ''));
  await editor.change(changed);
  expect(editor.told).toEqual([['row:7']]);
  expect(editor.painted.at(-1)).toBe('row 7 changed');
  await vi.runAllTimersAsync();
  expect(editor.told).toEqual([['row:7'], 'all']);
  expect(idsOf(editor.shown())).toEqual(idsOf(changed));
  expect(new Set(idsOf(editor.shown())).size).toBe(300);
  expect(editor.shown()[250]?.node.label).toBe('row 250 changed');
  expect(editor.shown()[7]).toBe(first[7]);
});

it('a row that comes or goes while only the first are there moves the others, and the rest is whole', async () => {
  const all = list(300);
  const editor = editorOf(all);
  const without = all.filter(({ id }) => id !== 'row:3');
  await editor.change(without);
  expect(idsOf(editor.shown())).toEqual(idsOf(without.slice(0, firstRows)));
  const added = [node('row:new'), ...without];
  await editor.change(added);
  await vi.runAllTimersAsync();
  expect(idsOf(editor.shown())).toEqual(idsOf(added));
  // Two changes and one rest: nothing is asked for more often.
  expect(editor.told).toEqual(['all', 'all', 'all']);
});

it('a list that becomes short before its rest has come is whole at once', async () => {
  const editor = editorOf(list(300));
  await editor.change(list(80));
  expect(editor.shown()).toHaveLength(80);
  await vi.runAllTimersAsync();
  expect(editor.shown()).toHaveLength(80);
});

it('one that was whole, became short and is long again comes in two parts again', async () => {
  const editor = editorOf(list(300));
  await vi.runAllTimersAsync();
  await editor.change(list(80));
  await editor.change(list(300));
  expect(editor.shown()).toHaveLength(firstRows);
  await vi.runAllTimersAsync();
  expect(editor.shown()).toHaveLength(300);
});

it('what is whole stays whole: a change asks for its row alone', async () => {
  const editor = editorOf(list(300));
  await vi.runAllTimersAsync();
  await editor.change(list(300, (index) => (index === 299 ? ' changed' : '')));
  expect(editor.told).toEqual(['all', ['row:299']]);
  expect(editor.shown()).toHaveLength(300);
});

it('a long list below a row comes in two parts, too, and only that row is asked for', async () => {
  const below = list(300);
  const editor = editorOf([node('parent', 'parent', () => below), node('other')]);
  const [parent] = editor.shown();
  expect(editor.shown(parent)).toHaveLength(firstRows);
  await vi.runAllTimersAsync();
  expect(editor.told).toEqual([['parent']]);
  expect(idsOf(editor.shown(parent))).toEqual(idsOf(below));
});

it('nothing comes after it was disposed of', async () => {
  const editor = editorOf(list(300));
  editor.rows.dispose();
  await vi.runAllTimersAsync();
  expect(editor.told).toEqual([]);
});
