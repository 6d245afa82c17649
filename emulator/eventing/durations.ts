/** ISO 8601 durations, as `delivery.backoffDelay` and `timeout` have them. Pure. */

const pattern = /^P(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;

/** ms; undefined when it is none, or one of months and years, which have no fixed length. */
export function durationMs(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match || text === 'P' || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number((part ?? '0').replace(',', '.')));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
