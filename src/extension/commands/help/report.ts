/** A report without the names of a person's machine. Pure leaf. */

export interface Names {
  home: string;
  host: string;
  user: string;
}

/** Home becomes `~`, the host and the user their words. Names of one or two letters stay: they would be found everywhere. */
export function withoutNames(report: string, { home, host, user }: Names): string {
  let text = home.length > 1 ? report.replaceAll(home, '~') : report;
  if (host.length > 2 && host !== 'localhost') text = replaceWord(text, host, 'HOST');
  if (user.length > 2 && user !== 'root') text = replaceWord(text, user, 'USER');
  return text;
}

function replaceWord(text: string, word: string, by: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g'), by);
}
