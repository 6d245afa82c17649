/** What the scripts say while they work: a line at once, and one at least every five seconds while something long runs. */

const started = Date.now();
const colour = process.stderr.isTTY && !process.env.NO_COLOR;

/** Seconds since the script began, `12.3s`. */
export const elapsed = (since = started) => `${((Date.now() - since) / 1000).toFixed(1)}s`;

export function say(message) {
  process.stderr.write(
    `${colour ? '\u001b[2m' : ''}[${elapsed().padStart(6)}]${colour ? '\u001b[0m' : ''} ${message}\n`,
  );
}

/**
 * Says `message` now, and that it still goes on every four seconds in which nothing else was written.
 * @returns a pulse: `beat()` when there was other output, `done(message?)` at the end.
 */
export function startPulse(message) {
  const since = Date.now();
  let last = Date.now();
  say(`${message}…`);
  const timer = setInterval(() => {
    if (Date.now() - last < 3_500) return;
    last = Date.now();
    say(`${message}… still at it (${elapsed(since)})`);
  }, 1_000);
  timer.unref();
  return {
    beat: () => {
      last = Date.now();
    },
    done: (text) => {
      clearInterval(timer);
      if (text) say(`${text} (${elapsed(since)})`);
    },
  };
}
