/** What whoever deploys or runs an application is told of how its manifests were read. Pure. */
import { relative, sep } from 'node:path';
import type { Application, Manifest } from './model.ts';

/** Keys of the catalogues: `deploy.note.CODE`. */
export interface ReadingNote {
  code: 'passedOver' | 'cloudRun';
  args: Record<string, string>;
}

export function readingNotes(app: Application): ReadingNote[] {
  const { passedOver, service } = app;
  const notes: ReadingNote[] = [];
  if (passedOver.length > 0) {
    notes.push({ code: 'passedOver', args: { files: passedOver.map((file) => shownIn(app, { file })).join(', ') } });
  }
  if (service.leftOut?.length) {
    notes.push({ code: 'cloudRun', args: { file: shownIn(app, service), fields: service.leftOut.join(', ') } });
  }
  return notes;
}

/** As other sentences name it: `deploy/service.yaml`. */
export function shownIn({ dir }: Application, { file }: Pick<Manifest, 'file'>): string {
  return relative(dir, file).split(sep).join('/');
}
