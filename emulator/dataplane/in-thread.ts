/** The data plane in the caller's own thread, for tests: the same port, messages still arriving a turn later. */
import { createDataPlane } from './dataplane.ts';
import type { GatewayPorts } from './gateway.ts';
import type { DataPlanePort, FromDataPlane } from './protocol.ts';

export function createInThreadDataPlane(ports: Partial<Omit<GatewayPorts, 'emit'>> = {}): DataPlanePort {
  const listeners = new Set<(message: FromDataPlane) => void>();
  const plane = createDataPlane((message) => {
    queueMicrotask(() => {
      for (const listener of listeners) listener(message);
    });
  }, ports);
  return {
    post: (message) => queueMicrotask(() => plane.receive(message)),
    onMessage(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    close: () => plane.close(),
  };
}
