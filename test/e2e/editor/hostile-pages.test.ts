/** Every text that a page is told, replaced by a hostile one as far as the protocol lets it through: it stays text, in its place. */
import { describe, expect, it } from 'vitest';
import { type PageName, pages, type ToView } from '../../../webview/protocol.ts';
import { sideways } from '../../support/editor/page-checks.ts';
import { openPage, type PageHarness } from '../../support/pages/page-harness.ts';
import { pageStates } from '../../support/pages/states.ts';

const hostile = `<img src=x onerror="window.hacked=1"> [x](command:workbench.action.quit) \u202egnp.exe 😀 </main><script>window.hacked=1</script>`;
const long = hostile.padEnd(253, 'long');

/** The value with each string replaced that the check takes replaced as well. */
function corrupted(value: unknown, takes: (whole: unknown) => boolean): unknown {
  let whole = structuredClone({ value });
  const visit = (holder: Record<string, unknown>): void => {
    for (const [key, child] of Object.entries(holder)) {
      if (typeof child === 'string') {
        holder[key] = long;
        if (!takes(whole.value)) holder[key] = child;
      } else if (typeof child === 'object' && child !== null) visit(child as Record<string, unknown>);
    }
  };
  visit(whole as unknown as Record<string, unknown>);
  whole = structuredClone(whole);
  return whole.value;
}

describe.each(['traffic-settled', 'revisions-busy', 'logs-lines', 'events-trace'])('%s, told by an enemy', (name) => {
  it('shows what it was told, and does nothing of it', async () => {
    const state = pageStates.find((each) => each.name === name);
    if (!state) throw new Error(`no state ${name}`);
    const { page, size } = state;
    await using harness = await openPage(page, size);
    let replaced = 0;
    const enemy = {
      ...harness,
      send: (event: keyof ToView<PageName> & string, payload: unknown) => {
        const checks = pages[page].toView as Record<string, (value: unknown, path: string) => unknown>;
        const takes = (whole: unknown): boolean => {
          try {
            checks[event]?.(whole, event);
            return true;
          } catch {
            return false;
          }
        };
        const sent = corrupted(payload, takes);
        replaced += JSON.stringify(sent).split('window.hacked').length - 1;
        return harness.send(event, sent as never);
      },
    } as unknown as PageHarness<PageName>;
    await state.bring(enemy);
    await harness.painted();
    const { page: tab } = harness;
    await tab.getByText('[x](command:workbench.action.quit)').first().waitFor({ state: 'attached' });
    expect(replaced).toBeGreaterThan(10);
    expect(await tab.evaluate('window.hacked')).toBeUndefined();
    expect(await tab.locator('#root img, #root script, #root a, #root iframe').count()).toBe(0);
    expect(await sideways(tab.mainFrame())).toEqual([]);
    // What turns text around does so in its own place only: the page's own words stay as they are.
    expect(await tab.locator('main').count()).toBe(1);
  });
});
