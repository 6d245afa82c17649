/** Listens for the API over HTTPS on loopback: TLS, authentication, refusal of foreign hosts and origins. */
import type { UserInfo } from '../kernel/resource.ts';
import type { Certificates } from './certs.ts';
import type { Api } from './server.ts';

export interface ListenOptions {
  host?: string;
  /** 0: any free one. */
  port: number;
  certs: Certificates;
  /** Who a bearer token is; undefined: nobody. */
  authenticate?(token: string): UserInfo | undefined;
}

export interface ApiListener extends AsyncDisposable {
  host: string;
  port: number;
  /** `https://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

/** @throws the listen error (EADDRINUSE…). */
export async function listenApi(_api: Api, _options: ListenOptions): Promise<ApiListener> {
  throw new Error('the API listener is being written');
}
