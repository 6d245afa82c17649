/** The data plane as a process of its own, for measuring: messages come and go over the IPC channel. */
import { createDataPlane } from '../../emulator/dataplane/dataplane.ts';
import type { ToDataPlane } from '../../emulator/dataplane/protocol.ts';

const plane = createDataPlane((message) => process.send?.(message));
process.on('message', (message) => plane.receive(message as ToDataPlane));
process.on('disconnect', () => process.exit(0));
