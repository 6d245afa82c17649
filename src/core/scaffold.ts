/** Makes a new application from a template: literal placeholders in names and contents, nothing executed. */

export interface Template {
  id: string;
  title: { en: string; 'zh-cn': string };
  description: { en: string; 'zh-cn': string };
  /** Path of the file to open first, relative to the new directory. */
  open: string;
}

export function templates(): readonly Template[] {
  throw new Error('not written yet');
}

/** Why it cannot be a service's name (RFC 1035 label), or undefined. For validation as one types. */
export function validateName(
  _name: string,
): { reason: 'empty' | 'tooLong' | 'firstLetter' | 'lastCharacter' | 'characters' } | undefined {
  throw new Error('not written yet');
}

/** @throws Fault TemplateUnknown, NameInvalid, DirectoryTaken */
export async function scaffold(_options: {
  template: string;
  /** Made; must be absent or empty. */
  dir: string;
  name: string;
  /** Where media/templates lies; default beside the running bundle or checkout. */
  templatesDir?: string;
}): Promise<{ dir: string; files: string[]; open: string }> {
  throw new Error('not written yet');
}
