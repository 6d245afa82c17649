/** The few DOM helpers that the pages are made of. Text goes through textContent only: a hostile name stays text. */

export type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** Creates an element. `class`, `aria-*`, `data-*`… as attributes; `true` = present, `false`, null, undefined = absent. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes?: Attributes,
  ...children: Child[]
): HTMLElementTagNameMap[Tag];
export function h(tag: string, attributes?: Attributes, ...children: Child[]): HTMLElement;
export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  attr(element, attributes);
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

export function attr(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      if (element.hasAttribute(name)) element.removeAttribute(name);
    } else {
      const text = value === true ? '' : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/** Sets text only where it changed, so that a screen reader and the selection are left alone. */
export function text(element: Element, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

/** Makes `parent`'s children exactly `wanted`, moving what is there instead of rebuilding (focus survives). */
export function place(parent: Element, wanted: Node[]): void {
  wanted.forEach((node, index) => {
    const there = parent.childNodes[index] ?? null;
    if (there !== node) parent.insertBefore(node, there);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove();
}

/** Coalesces calls into one per frame. */
export function perFrame(work: () => void): () => void {
  let queued = false;
  return () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      work();
    });
  };
}

let live: HTMLElement | undefined;

/** Says something to screen readers without moving anything. */
export function announce(message: string): void {
  if (!live) {
    live = h('div', { class: 'visually-hidden', 'aria-live': 'polite', role: 'status' });
    document.body.append(live);
  }
  text(live, message);
}
