/** A CloudEvent as a person writes it, and what the specification does not allow in it. Pure leaf. */

export interface EventDraft {
  type: string;
  source: string;
  subject: string;
  /** Media type of `data`. */
  contentType: string;
  data: string;
  /** A new one where it is left out. */
  id?: string;
}

export type DraftFault = 'type' | 'source' | 'data' | 'contentType';

/** What the specification does not allow, by field; [] = it can be sent. Pure. */
export function draftFaults({ type, source, contentType, data }: EventDraft): DraftFault[] {
  const faults: DraftFault[] = [];
  if (type.trim() === '') faults.push('type');
  // A URI-reference that is not empty.
  if (source.trim() === '' || /\s/.test(source) || !URL.canParse(source, 'http://localhost/')) faults.push('source');
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/.test(contentType)) faults.push('contentType');
  else if (data !== '' && /[/+]json\b/.test(contentType) && !isJson(data)) faults.push('data');
  return faults;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
