/** Which draft the form of the events page begins with, each time that the page is there. Pure leaf. */
import type { EventDraftView, EventsForm } from '../../../webview/protocol.ts';
import { keyText, type ServiceKey } from '../platform/snapshot.ts';

export interface FormParts {
  /** What was last sent. */
  sent(): { draft: EventDraftView | undefined; at: number };
  /** The service that the views show. */
  selected(): ServiceKey | undefined;
  send(form: EventsForm): void;
}

/** A page that is hidden is none: what is sent to it meanwhile it would get before what it begins with. */
export class EventForm {
  #parts: FormParts;
  #isThere = false;
  /** The service that it was opened for, until the page knows: what is chosen there afterwards counts more. */
  #aimed: ServiceKey | undefined;

  constructor(aimed: ServiceKey | undefined, parts: FormParts) {
    this.#aimed = aimed;
    this.#parts = parts;
  }

  /** The page is there, with nothing in it. */
  ready(): void {
    this.#isThere = true;
    this.#tell();
  }

  hidden(): void {
    this.#isThere = false;
  }

  /** Sets its target. */
  aim(target: ServiceKey): void {
    this.#aimed = target;
    if (this.#isThere) this.#tell();
  }

  #tell(): void {
    const { draft, at } = this.#parts.sent();
    const selected = this.#parts.selected();
    const key = this.#aimed ? keyText(this.#aimed) : (draft?.key ?? (selected ? keyText(selected) : ''));
    const form = { draft: { ...first, ...draft, key }, sent: at, aimed: this.#aimed !== undefined };
    this.#aimed = undefined;
    this.#parts.send(form);
  }
}

const first = {
  type: 'com.example.greeting',
  source: '/slipway/editor',
  subject: '',
  contentType: 'application/json',
  data: '{\n  "message": "hello"\n}',
};
