/** config-gc: which revisions are kept. */
import { ConfigError, type Data, goDuration, goUint, reader } from './parse.ts';
import type { GcConfig } from './types.ts';

const hourMs = 3_600_000;

/** config-gc. @throws ConfigError */
export function parseGc(data: Data): GcConfig {
  const read = reader(data, 'failed to parse data: ');
  const minNonActiveRevisions = read.integer(20, 'min-non-active-revisions');
  const disabled = (key: string, fallback: number, parse: (text: string) => number) => {
    const text = read.string('', key);
    if (text === '') return fallback;
    if (text.toLowerCase() === 'disabled') return -1;
    try {
      return parse(text);
    } catch (error) {
      throw new ConfigError(`failed to parse ${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const period = (text: string) => {
    const ms = goDuration(text);
    if (ms < 0) throw new Error('must be non-negative');
    return ms;
  };
  const retainSinceCreateTimeMs = disabled('retain-since-create-time', 48 * hourMs, period);
  const retainSinceLastActiveTimeMs = disabled('retain-since-last-active-time', 15 * hourMs, period);
  const maxNonActiveRevisions = disabled('max-non-active-revisions', 1000, goUint);
  if (minNonActiveRevisions < 0) {
    throw new ConfigError(`min-non-active-revisions must be non-negative, was: ${minNonActiveRevisions}`);
  }
  if (maxNonActiveRevisions >= 0 && minNonActiveRevisions > maxNonActiveRevisions) {
    throw new ConfigError(
      `min-non-active-revisions(${minNonActiveRevisions}) must be <= max-non-active-revisions(${maxNonActiveRevisions})`,
    );
  }
  return { retainSinceCreateTimeMs, retainSinceLastActiveTimeMs, minNonActiveRevisions, maxNonActiveRevisions };
}
