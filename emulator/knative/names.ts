/** Names of children (knative.dev/pkg kmeta.ChildName): at most 63 characters, long ones cut and told apart by a digest. */
import { createHash } from 'node:crypto';

const longest = 63;
const digestLength = 32;

/** `parent` + `suffix`; where that is too long, a head of the parent, the MD5 of it, and the suffix. */
export function childName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= longest) return parent + suffix;
  const room = longest - digestLength - suffix.length;
  if (room > 0) return parent.slice(0, room) + md5(parent) + suffix;
  // The suffix leaves no room for the digest: both are cut, and the digest is of the whole.
  const head = parent.slice(0, longest - digestLength) + md5(parent + suffix);
  return (head + suffix.slice(0, Math.max(0, longest - head.length))).replace(/[^a-zA-Z0-9]+$/, '');
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
