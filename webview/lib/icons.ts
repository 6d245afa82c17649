/** The few codicons that the pages use, each as its own SVG: the whole font would be ten times as large. */
import add from '@vscode/codicons/src/icons/add.svg';
import archive from '@vscode/codicons/src/icons/archive.svg';
import arrowCircleUp from '@vscode/codicons/src/icons/arrow-circle-up.svg';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import clear from '@vscode/codicons/src/icons/clear-all.svg';
import clock from '@vscode/codicons/src/icons/clockface.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import pause from '@vscode/codicons/src/icons/debug-pause.svg';
import discard from '@vscode/codicons/src/icons/discard.svg';
import edit from '@vscode/codicons/src/icons/edit.svg';
import openUrl from '@vscode/codicons/src/icons/link-external.svg';
import lock from '@vscode/codicons/src/icons/lock.svg';
import output from '@vscode/codicons/src/icons/output.svg';
import pin from '@vscode/codicons/src/icons/pin.svg';
import pinned from '@vscode/codicons/src/icons/pinned.svg';
import save from '@vscode/codicons/src/icons/save.svg';
import tag from '@vscode/codicons/src/icons/tag.svg';
import trash from '@vscode/codicons/src/icons/trash.svg';
import unlock from '@vscode/codicons/src/icons/unlock.svg';

const sources = {
  add,
  archive,
  arrowCircleUp,
  arrowDown,
  chevronDown,
  chevronRight,
  clear,
  clock,
  copy,
  discard,
  edit,
  lock,
  openUrl,
  output,
  pause,
  pin,
  pinned,
  save,
  tag,
  trash,
  unlock,
} as const;
export type IconName = keyof typeof sources;

const parsed = new Map<IconName, SVGElement>();

/** Decorative: the button around it has the name. */
export function icon(name: IconName): SVGElement {
  const known = parsed.get(name);
  if (known) return known.cloneNode(true) as SVGElement;
  const { documentElement } = new DOMParser().parseFromString(sources[name], 'image/svg+xml');
  const svg = document.importNode(documentElement, true) as unknown as SVGElement;
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  parsed.set(name, svg.cloneNode(true) as SVGElement);
  return svg;
}
