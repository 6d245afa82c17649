/** What every webview must pass in the real browser: axe-core, no sideways scrolling, no remote or inline content. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright-core';
import { until } from '../until.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The frame that holds our page of this name. */
export async function frameOf(page: Page, name: string): Promise<Frame> {
  const found = async () => {
    for (const frame of page.frames()) {
      const script = await frame.$(`script[src*="/${name}.js"]`).catch(() => null);
      const visible =
        script &&
        (await frame
          .locator('#root')
          .isVisible()
          .catch(() => false));
      if (visible) return frame;
    }
    return undefined;
  };
  // The first may have to wait for the extension host.
  return until(`the frame of ${name}`, found, { timeout: 60_000 });
}

interface Violation {
  id: string;
  impact: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Violations of WCAG 2.2 A and AA and of axe's best practices, one line each; [] is good. */
export async function axeViolations(frame: Frame): Promise<string[]> {
  // A webview is see-through: what is behind it is the editor's, and axe would take it for white.
  await frame.evaluate(
    `document.documentElement.style.backgroundColor = getComputedStyle(document.documentElement).getPropertyValue('--vscode-sideBar-background')`,
  );
  await frame.evaluate(`${axeSource}; undefined`);
  const found = await frame.evaluate<Violation[]>(
    `axe.run(document, { resultTypes: ['violations'], rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } } })
      .then(({ violations }) => violations)`,
  );
  await frame.evaluate(`document.documentElement.style.removeProperty('background-color')`);
  return found.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) =>
        `${id} (${impact}): ${help}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, ' ')}`,
    ),
  );
}

/** Pixels by which the page is wider than its frame, with the elements that stick out. */
export async function sideways(frame: Frame): Promise<string[]> {
  return frame.evaluate<string[]>(
    `[...document.querySelectorAll('body *')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        const clipped = element.closest('.visually-hidden, [class*="scroll"], table, .list, canvas, .u-wrap');
        return box.width > 0 && !clipped && box.right > document.documentElement.clientWidth + 1;
      })
      .slice(0, 5)
      .map((element) => element.outerHTML.slice(0, 120))`,
  );
}

/** The policy of the page and what stands against it: inline code or styles, anything that comes from elsewhere. */
export async function foreignContent(frame: Frame): Promise<string[]> {
  return frame.evaluate<string[]>(
    `(() => {
      const wrong = [];
      const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? '';
      if (!policy.includes("default-src 'none'")) wrong.push('policy: ' + policy);
      if (/unsafe-(inline|eval)/.test(policy)) wrong.push('policy allows inline code: ' + policy);
      for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          if (/^on/.test(name)) wrong.push('handler ' + name);
          if (/^(src|href)$/.test(name) && /^https?:/.test(value) && !/vscode-(cdn|resource|webview)|^https?:\\/\\/(localhost|127\\.0\\.0\\.1)/.test(value)) wrong.push(name + ' ' + value);
        }
        if (element.tagName === 'IFRAME' || element.tagName === 'OBJECT') wrong.push(element.outerHTML.slice(0, 100));
      }
      return wrong;
    })()`,
  );
}
