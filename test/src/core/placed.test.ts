/** What was written stands at its statement as long as the file is what it was, through edits, saves and restarts. */
import { expect, it } from 'vitest';
import { Placed } from '../../../src/core/source/placed.ts';

const root = '/ws/shop';
const file = `${root}/app.py`;
const service = 'dev/shop';

function world() {
  const disk = { text: "print('one')\n", mtime: 1_000 };
  const edited = { now: false };
  let next: Promise<void> | undefined;
  const placed = new Placed({
    files: {
      read: async (name) => (name === file ? disk.text : undefined),
      mtime: async (name) => {
        const { mtime } = disk;
        const held = next;
        next = undefined;
        await held;
        return name === file ? mtime : undefined;
      },
      real: async (name) => name,
    },
    folders: () => [root],
    isEdited: () => edited.now,
  });
  /** An instance that runs in place writes at line 1; `loaded`: the mtime of what it has. */
  const write = async (text: string, loaded = disk.mtime) => {
    const at = await placed.find({ path: file, line: 1, column: 1, root, mtime: loaded }, true);
    if (at) placed.add(at.file, at.line, { time: disk.mtime, text, pod: 'shop-1', revision: 'shop-00001', service });
    return at !== undefined;
  };
  const shown = async () => (await placed.of(file)).map(({ line, count, last }) => [line, count, last[0]?.text]);
  const save = () => {
    disk.mtime += 1_000;
  };
  /** The next question for the file's time is answered when the result is called. */
  const busy = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    next = promise;
    return resolve;
  };
  return { placed, edited, write, shown, save, busy };
}

it('shows the last line with a counter', async () => {
  const { write, shown } = world();
  await write('one');
  await write('two');
  expect(await shown()).toEqual([[1, 2, 'two']]);
});

it('shows nothing once the file is another, and what is written after the restart', async () => {
  const { placed, write, shown, save } = world();
  await write('one');
  save();
  expect(await shown()).toEqual([]);
  placed.restarted(service, root);
  await write('two');
  expect(await shown()).toEqual([[1, 1, 'two']]);
});

it('shows the first line after a save also when somebody looks at the file while it restarts', async () => {
  const { placed, write, shown, save, busy } = world();
  await write('one');
  save();
  const goesOn = busy();
  const early = shown();
  placed.restarted(service, root);
  await write('two');
  goesOn();
  await early;
  expect(await shown()).toEqual([[1, 1, 'two']]);
});

it('shows the first line after a save also when the restart came before anybody looked', async () => {
  const { placed, write, shown, save } = world();
  await write('one');
  save();
  placed.restarted(service, root);
  await write('two');
  expect(await shown()).toEqual([[1, 1, 'two']]);
});

it('places nothing of what an instance has that was started before the save', async () => {
  const { placed, write, shown, save } = world();
  await write('one');
  save();
  placed.restarted(service, root);
  expect(await write('of the old text', 1_000)).toBe(false);
  expect(await shown()).toEqual([]);
});

it('never shows a place that is known from before a change, whose statements were forgotten meanwhile', async () => {
  const { placed, write, shown, save } = world();
  await write('one');
  placed.forget(service);
  save();
  expect(await write('from before', 1_000)).toBe(true);
  expect(await shown()).toEqual([]);
});

it('places nothing in an edited text, and places it again once the edit is taken back', async () => {
  const { edited, write, shown } = world();
  edited.now = true;
  expect(await write('while edited')).toBe(false);
  edited.now = false;
  await write('after');
  expect(await shown()).toEqual([[1, 1, 'after']]);
});

it('forgets what a service wrote that is not followed any more', async () => {
  const { placed, write, shown } = world();
  await write('one');
  placed.forget(service);
  expect(placed.has(file)).toBe(false);
  expect(await shown()).toEqual([]);
});
