/** What the images of kn's own tests do, as far as the tests look: answers on its port. A container without one just runs. */
import { createServer } from 'node:http';

const target = process.env.TARGET || 'World';
createServer((_request, response) => response.end(`Hello ${target}!\n`)).listen(Number(process.env.PORT ?? 0));
process.on('SIGTERM', () => process.exit(0));
