/**
 * Every state of our pages alone in a browser, in the colours of the four default themes and both languages: axe-core, nothing
 * that sticks out, and a screenshot of each. The gate takes dark and high contrast in English, light in Chinese, and one state of
 * each page in high contrast light; SLIPWAY_TEST_FULL=1 all.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageName } from '../../../webview/protocol.ts';
import { axeViolations, sideways } from '../../support/editor/page-checks.ts';
import { openPage, type PageHarness, type PageTheme, pageThemes } from '../../support/pages/page-harness.ts';
import { pageStates } from '../../support/pages/states.ts';
import { results } from '../../support/places.ts';

const full = process.env['SLIPWAY_TEST_FULL'] !== undefined;
const ofTheGate: Record<PageTheme, readonly string[]> = {
  dark: ['en'],
  light: ['zh-cn'],
  'high-contrast': ['en'],
  'high-contrast-light': ['en'],
};

const pages = [...new Set(pageStates.map(({ page }) => page))];
const cases = pages.flatMap((page) =>
  (['en', 'zh-cn'] as const).map((language): [PageName, 'en' | 'zh-cn', PageTheme[]] => [
    page,
    language,
    pageThemes.filter((theme) => full || ofTheGate[theme].includes(language)),
  ]),
);

/** What would move or fade, also in the controls' own trees, and what smooth scrolling there is. */
const moving = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const found = document.getAnimations().map((animation) => 'an animation of ' + animation.effect?.target?.outerHTML.slice(0, 80));
    const look = (root) => {
      for (const element of root.querySelectorAll('*')) {
        const style = getComputedStyle(element);
        const moves = [style.transitionDuration, style.animationName].some((what) => !/^(0s|none)(, (0s|none))*$/.test(what));
        if (moves || style.scrollBehavior === 'smooth') found.push(element.outerHTML.slice(0, 80));
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(document);
    return found;
  })()`);

describe.each(cases)('the page %s in %s', (page, language, themes) => {
  let harness: PageHarness<PageName>;
  beforeAll(async () => {
    harness = await openPage(page, { width: 300, height: 600, language });
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  it('stands still where the system or the editor wishes less motion', async () => {
    const state = pageStates.find((each) => each.page === page);
    if (!state) throw new Error(`the page ${page} has no state`);
    await state.bring(harness);
    await harness.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving(harness.page)).toEqual([]);
    await harness.page.emulateMedia({ reducedMotion: 'no-preference' });
    await harness.page.evaluate(`document.body.classList.add('vscode-reduce-motion')`);
    expect(await moving(harness.page)).toEqual([]);
    await harness.page.evaluate(`document.body.classList.remove('vscode-reduce-motion')`);
    await harness.page.emulateMedia({ reducedMotion: null });
  });

  it.each(pageStates.filter((state) => state.page === page))('$name', async ({ name, size, bring }) => {
    await harness.page.setViewportSize(size);
    await bring(harness);
    const folder = join(results, 'screenshots', 'pages');
    mkdirSync(folder, { recursive: true });
    const first = pageStates.find((state) => state.page === page)?.name === name;
    for (const theme of themes) {
      if (!full && theme === 'high-contrast-light' && !first) continue;
      await harness.theme(theme);
      await harness.painted();
      await harness.page.screenshot({ path: join(folder, `${name}-${language}-${theme}.png`) });
      expect(await axeViolations(harness.page.mainFrame()), `${name} in ${theme}`).toEqual([]);
      expect(await sideways(harness.page.mainFrame()), `${name} in ${theme}`).toEqual([]);
    }
  });
});
