/** Image references as go-containerregistry reads them with weak validation. */

const repositoryPattern = /^[a-z0-9_\-./]{2,255}$/;
const tagPattern = /^[a-zA-Z0-9_\-.]{0,128}$/;
const digestPattern = /^[a-z0-9+._-]+:[a-f0-9]+$/;
const registryPattern = /^[^\s/?#@\\%<>"^`{|}]*$/;

export function isImageReference(text: string): boolean {
  const at = text.split('@');
  if (at.length > 2) return false;
  if (at.length === 2) {
    const [base = '', digest = ''] = at;
    const hex = digest.slice(digest.indexOf(':') + 1);
    return digestPattern.test(digest) && (!digest.startsWith('sha256:') || hex.length === 64) && isTag(base);
  }
  return isTag(text);
}

function isTag(text: string): boolean {
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const tagged = parts.length > 1 && !last.includes('/');
  if (tagged && !tagPattern.test(last)) return false;
  return isRepository(tagged ? parts.slice(0, -1).join(':') : text);
}

function isRepository(text: string): boolean {
  const slash = text.indexOf('/');
  const head = slash < 0 ? '' : text.slice(0, slash);
  const isRegistry = head !== '' && (/[.:]/.test(head) || head === 'localhost');
  if (isRegistry && !registryPattern.test(head)) return false;
  const repository = isRegistry ? text.slice(slash + 1) : text;
  return repositoryPattern.test(repository);
}
