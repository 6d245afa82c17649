/** tour: see ../tour.ts. */
import type { Command } from '../command.ts';

export const tour: Command = {
  name: 'tour',
  summary: 'tour.summary',
  target: 'none',
  hidden: true,
  args: {},
  async run(invocation) {
    const { runTour } = await import('../tour.ts');
    return runTour(invocation);
  },
};
