/** Reads `go test -json` as it comes, and tells the outcome of each test with the reason in the test's own words. Pure. */

/** What a failing test wrote, not the harness around it: `    file.go:12: words`. */
const logLine = /^\s*(?:\S+\/)*\S+\.go:\d+: (.*)$/;
const longestReason = 300;

/**
 * @param onOutcome called once a top-level test is over.
 * @returns `line` takes a line, `folder` says to which package the next ones belong, `tests` is what was found.
 */
export function readGoTests(onOutcome = () => undefined) {
  const tests = new Map();
  /** Test or subtest → last words, and words of its errors. */
  const words = new Map();
  let folder = '';

  const reasonOf = (name) => {
    // A parent fails because a subtest did: the deepest one knows why.
    const own = [...words.keys()].filter((key) => key === name || key.startsWith(`${name}/`));
    const failed = own.filter((key) => words.get(key).failed);
    const speaker = failed.sort((a, b) => b.split('/').length - a.split('/').length)[0] ?? name;
    const { assertion, errors = [], last = '' } = words.get(speaker) ?? {};
    const text = (assertion ?? errors[0] ?? last).replace(/\s+/g, ' ').trim();
    const where = speaker === name ? '' : `${speaker.slice(name.length + 1)}: `;
    return shorten(`${where}${text || 'said nothing'}`);
  };

  return {
    folder(name) {
      folder = name;
    },
    line(line) {
      const event = parse(line);
      if (!event) return;
      const { Action, Test, Output = '', OutputType, Elapsed = 0 } = event;
      if (!Test) return;
      const heard = words.get(Test) ?? { errors: [], last: '', failed: false };
      words.set(Test, heard);
      if (Action === 'output') {
        const said = logLine.exec(Output.trimEnd())?.[1];
        if (said !== undefined) heard.last = said;
        // gotest.tools tells what it missed on lines of their own.
        if (heard.asserting && said === undefined && /^ {8}/.test(Output)) heard.assertion += ` ${Output.trim()}`;
        else heard.asserting = false;
        if (said?.startsWith('assertion failed:') && heard.assertion === undefined) {
          heard.assertion = said;
          heard.asserting = true;
        }
        if (said !== undefined && OutputType === 'error') heard.errors.push(said);
        if (/^panic: /.test(Output)) heard.errors.push(Output.trim());
        return;
      }
      const outcome = { pass: 'passed', fail: 'failed', skip: 'skipped' }[Action];
      if (Action === 'run' && !Test.includes('/')) {
        tests.set(`${folder}.${Test}`, { name: Test, folder, outcome: 'failed', seconds: 0, reason: 'did not end' });
      }
      if (!outcome) return;
      heard.failed = outcome === 'failed';
      if (Test.includes('/')) return;
      const reason = outcome === 'passed' ? '' : reasonOf(Test);
      const test = { name: Test, folder, outcome, seconds: Math.round(Elapsed * 10) / 10, reason };
      tests.set(`${folder}.${Test}`, test);
      for (const key of [...words.keys()]) if (key === Test || key.startsWith(`${Test}/`)) words.delete(key);
      onOutcome(test);
    },
    tests: () => [...tests.values()],
  };
}

function parse(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function shorten(text) {
  return text.length > longestReason ? `${text.slice(0, longestReason)}…` : text;
}

/**
 * A section of RESULTS.md.
 * @param suite what was run, at which commit, and how.
 * @param rows `{name, note, toggles, tests}` a step; `left` [[what, why]] of what was not run; `known` why a test fails, by name.
 */
export function table({ title, suite, command, rows, left, known = {} }) {
  const count = (tests, outcome) => tests.filter((test) => test.outcome === outcome).length;
  const all = rows.flatMap(({ tests }) => tests);
  const line = (name, tests, toggles) =>
    `| ${name} | ${count(tests, 'passed')} | ${count(tests, 'failed')} | ${count(tests, 'skipped')} | ${toggles} |`;
  const withOf = ({ note, toggles = {} }) =>
    [
      ...(note ? [note] : []),
      ...Object.entries(toggles).map(([map, data]) => `${map}: ${Object.keys(data).join(', ')}`),
    ].join('; ');
  const named = (outcome) =>
    all
      .filter((test) => test.outcome === outcome)
      .map(({ name, folder, reason }) => {
        const why = outcome === 'failed' && known[name] ? ` (${known[name]})` : '';
        return `- \`${folder}\` ${name}: ${code(reason)}${why}`;
      });
  const [failed, skipped] = [named('failed'), named('skipped')];
  return `## ${title}

\`${command}\`, ${suite}.

| step | passed | failed | skipped | with |
| --- | --- | --- | --- | --- |
${rows.map((row) => line(row.name, row.tests, withOf(row))).join('\n')}
${line('**all**', all, '')}

${failed.length > 0 ? `Failed:\n\n${failed.join('\n')}` : 'None failed.'}
${skipped.length > 0 ? `\nSkipped by themselves:\n\n${skipped.join('\n')}\n` : ''}${
  left.length > 0 ? `\nNot run:\n\n${left.map(([what, why]) => `- ${what}: ${why}`).join('\n')}\n` : ''
}`;
}

/** As text that Markdown leaves alone. */
function code(text) {
  return `\`${text.replaceAll('`', "'")}\``;
}
