/**
 * Before other work on this machine, where we may (root on Linux): what is measured must not wait for a compiler that runs beside it.
 * Linux weighs sessions first (autogroups) and what is in them then: what we start has our priority, and so its session is found,
 * also that of a platform which has left us.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const forward = -15;

/** @returns whether it could be done, and how to stop looking for new sessions. */
export function goFirst() {
  try {
    setPriority(forward);
  } catch {
    return { first: false, stop: () => {} };
  }
  if (!existsSync('/proc/self/autogroup')) return { first: true, stop: () => {} };
  const look = () => {
    for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) putForward(name);
  };
  look();
  const timer = setInterval(look, 1_000);
  timer.unref();
  return { first: true, stop: () => clearInterval(timer) };
}

function putForward(pid) {
  try {
    const niceness = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[16];
    if (Number(niceness) !== forward) return;
    const file = `/proc/${pid}/autogroup`;
    if (!readFileSync(file, 'utf8').includes(`nice ${forward}`)) writeFileSync(file, String(forward));
  } catch {
    // It ended meanwhile, or may not be touched.
  }
}
