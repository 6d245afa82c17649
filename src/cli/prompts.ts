/** Questions to whoever sits at the terminal. Where nobody does, there is no question: the command says what to give. */
import type { Invocation } from './invocation.ts';

/** false where nobody can be asked. */
export async function confirm(invocation: Invocation, message: string): Promise<boolean> {
  if (!canAsk(invocation)) return false;
  const prompts = await import('@clack/prompts');
  const answer = await prompts.confirm({ message, initialValue: false, output: process.stderr });
  return answer === true;
}

/** undefined where nobody can be asked, or the question was left. */
export async function askText(
  invocation: Invocation,
  message: string,
  options: { placeholder?: string; validate?(value: string): string | undefined } = {},
): Promise<string | undefined> {
  if (!canAsk(invocation)) return undefined;
  const prompts = await import('@clack/prompts');
  const answer = await prompts.text({
    message,
    output: process.stderr,
    ...(options.placeholder === undefined ? {} : { placeholder: options.placeholder }),
    validate: (value) => options.validate?.(value ?? ''),
  });
  return typeof answer === 'string' ? answer : undefined;
}

export async function askChoice(
  invocation: Invocation,
  message: string,
  choices: readonly { value: string; label: string; hint: string }[],
): Promise<string | undefined> {
  if (!canAsk(invocation)) return undefined;
  const prompts = await import('@clack/prompts');
  const answer = await prompts.select({ message, options: [...choices], output: process.stderr });
  return typeof answer === 'string' ? answer : undefined;
}

function canAsk(invocation: Invocation): boolean {
  return invocation.io.interactive && !invocation.json;
}
