/** Which of the debug console's colours a line of an application gets. Pure leaf. */
import { isPlatformNote } from '../../../emulator/pods/notes.ts';

/** What the platform says between an application's lines is no error, whichever stream it came by. */
export function consoleCategory({ stream, text }: { stream: string; text: string }): 'console' | 'stdout' | 'stderr' {
  if (isPlatformNote(text)) return 'console';
  return stream === 'stderr' ? 'stderr' : 'stdout';
}
