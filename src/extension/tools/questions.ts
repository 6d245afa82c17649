/** Which platform the user was told of when a tool asked. Pure leaf. */

interface Question<Platform> {
  input: string;
  platform: Platform;
}

/** More are not open at once: those that were answered with no, which nobody tells of, go first. */
const most = 100;

/**
 * The questions of one tool that may still be open. The editor says yes with the input alone and says nothing of a no, so several
 * with the same input may stand here: calls at the same time, or one that was declined before.
 */
export class Questions<Platform extends { readonly id: string }> {
  #open: Question<Platform>[] = [];

  ask(input: unknown, platform: Platform): void {
    this.#open.push({ input: JSON.stringify(input), platform });
    if (this.#open.length > most) this.#open.shift();
  }

  /**
   * Of the question that was answered with yes: the platform that it named.
   * @returns undefined where that is not certain, as the open ones name several; they count as answered then
   */
  answered(input: unknown): Platform | undefined {
    const key = JSON.stringify(input);
    const same = this.#open.filter((question) => question.input === key);
    // The user may have changed the input in the question.
    const fitting = same.length > 0 ? same : this.#open;
    const [first, ...others] = fitting;
    const isCertain = others.every(({ platform }) => platform.id === first?.platform.id);
    const gone = isCertain ? [first] : fitting;
    this.#open = this.#open.filter((question) => !gone.includes(question));
    return isCertain ? first?.platform : undefined;
  }
}
