// Writes to a store as fast as it can and says each acknowledged write on stdout; killed from outside.
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';

const [file, round] = process.argv.slice(2);
const store = openStore(file, { history: 500 });
const fill = 'x'.repeat(2000);
for (let count = 0; ; count++) {
  const name = `o${count % 50}`;
  const object = {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, uid: name, resourceVersion: '', creationTimestamp: '' },
    spec: { round, count, fill },
  };
  const { metadata } =
    count % 20 === 19 ? (store.remove('things', undefined, name) ?? object) : store.put('things', object, undefined);
  if (metadata.resourceVersion) process.stdout.write(`${metadata.resourceVersion}\n`);
  // Lets the pipe drain.
  if (count % 20 === 0) await new Promise(setImmediate);
}
