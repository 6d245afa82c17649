/**
 * A list of a fixed row height that has elements only for what is seen: thousands of lines a second cost a frame each, and of a
 * frame only the rows that are new. Rows that stay keep their element, and with it focus and selection.
 */
import { h, perFrame, place } from '../lib/dom.ts';

export const rowHeight = 18;
/** Rows beyond what is seen, so that a turn of the wheel finds some. */
const margin = 12;
/** While new ones come as fast as that, those beyond would be gone before a hand could reach them. */
const busyMs = 150;

export interface VirtualList {
  element: HTMLElement;
  /** Rows were added, and `gone` left at the top. */
  changed(gone?: number): void;
  /** Everything is to be painted anew. */
  repaint(): void;
  follow(on: boolean): void;
  /** Brings a row into the middle. */
  reveal(row: number): void;
  readonly following: boolean;
}

export interface ListSource {
  count(): number;
  /** What the element of a row can be kept by. */
  key(index: number): string;
  render(index: number): HTMLElement;
}

export function createList(source: ListSource, onFollow: (following: boolean) => void): VirtualList {
  const rows = h('div', { class: 'rows' });
  const space = h('div', { class: 'space' }, rows);
  const element = h('div', { class: 'list', tabindex: '0', role: 'log', 'aria-live': 'off' }, space);
  let following = true;
  let ownScroll = -1;
  let version = 0;
  let painted = '';
  let kept = new Map<string, HTMLElement>();
  /** Height of what is seen, px. */
  let seen: number | undefined;
  let busy: number | undefined;

  // Arithmetic first, then elements, then what scrolls: the browser lays out once for a frame, not before and after.
  const paint = perFrame(() => {
    seen ??= element.clientHeight;
    const all = source.count();
    const bottom = Math.max(0, all * rowHeight - seen);
    const top = following ? bottom : element.scrollTop;
    const spare = following && busy !== undefined ? 0 : margin;
    const from = Math.max(0, Math.floor(top / rowHeight) - spare);
    const to = Math.min(all, Math.ceil((top + seen) / rowHeight) + spare);
    const now = `${version}:${from}:${to}`;
    if (now !== painted) {
      painted = now;
      placeRows(from, to);
    }
    const height = `${all * rowHeight}px`;
    if (space.style.height !== height) space.style.height = height;
    if (following && Math.abs(element.scrollTop - bottom) > 1) {
      element.scrollTop = bottom;
      ownScroll = element.scrollTop;
    }
  });

  function placeRows(from: number, to: number): void {
    const fresh = new Map<string, HTMLElement>();
    for (let index = from; index < to; index++) {
      const key = source.key(index);
      fresh.set(key, kept.get(key) ?? source.render(index));
    }
    rows.style.transform = `translateY(${from * rowHeight}px)`;
    const wanted = [...fresh.values()];
    // All at once costs the browser less than one by one, but those that stay would lose the focus.
    if (wanted.some((row) => row.parentNode === rows)) {
      for (const [key, old] of kept) if (!fresh.has(key)) old.remove();
      place(rows, wanted);
    } else rows.replaceChildren(...wanted);
    kept = fresh;
  }

  element.addEventListener('scroll', () => {
    const bottom = element.scrollHeight - element.clientHeight;
    const atEnd = element.scrollTop >= bottom - rowHeight;
    if (Math.abs(element.scrollTop - ownScroll) > 1 && atEnd !== following) {
      following = atEnd;
      onFollow(following);
    }
    paint();
  });
  // A selection must not be pulled away under the hand.
  element.addEventListener('mousedown', () => {
    document.addEventListener(
      'mouseup',
      () => {
        if (following && document.getSelection()?.isCollapsed === false) follow(false);
      },
      { once: true },
    );
  });
  element.addEventListener('keydown', ({ key }) => {
    if (key === 'End') follow(true);
    else if (key === 'Home') {
      follow(false);
      element.scrollTop = 0;
    }
  });
  new ResizeObserver(() => {
    seen = element.clientHeight;
    painted = '';
    paint();
  }).observe(element);

  function follow(on: boolean): void {
    if (following !== on) {
      following = on;
      onFollow(on);
    }
    paint();
  }

  return {
    element,
    follow,
    get following() {
      return following;
    },
    changed(gone = 0) {
      version++;
      clearTimeout(busy);
      busy = window.setTimeout(() => {
        busy = undefined;
        paint();
      }, busyMs);
      if (gone > 0 && !following) element.scrollTop = Math.max(0, element.scrollTop - gone * rowHeight);
      paint();
    },
    repaint() {
      for (const old of kept.values()) old.remove();
      kept = new Map();
      version++;
      paint();
    },
    reveal(row) {
      follow(false);
      space.style.height = `${source.count() * rowHeight}px`;
      element.scrollTop = Math.max(0, (row + 0.5) * rowHeight - element.clientHeight / 2);
      paint();
    },
  };
}
