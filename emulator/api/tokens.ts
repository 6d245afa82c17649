/** Service account tokens: signed JWTs, as pods get them and `kubectl create token` asks for them. Whoever holds one acts as its account. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { UserInfo } from '../kernel/resource.ts';

export interface Tokens {
  /** Times in ms since the epoch. `audience`: default the API itself, and only then the API takes it. */
  issue(
    account: { namespace: string; name: string; uid: string },
    expires: number,
    options?: { audience?: string | undefined; pod?: { name: string; uid: string } },
  ): string;
  /** Who a token is; undefined when it is no valid one. */
  verify(token: string, now: number): UserInfo | undefined;
}

interface Claims {
  aud: string[];
  sub: string;
  exp: number;
  'kubernetes.io'?: {
    namespace: string;
    pod?: { name: string; uid: string };
    serviceaccount: { name: string; uid: string };
  };
}

/** Whether what a token is bound to is still there. */
export type IsThere = (
  resource: 'pods' | 'serviceaccounts',
  namespace: string,
  object: { name: string; uid: string },
) => boolean;

const issuer = 'https://kubernetes.default.svc.cluster.local';

/** @param isThere default: it is not asked. */
export function createTokens(key: Uint8Array, isThere: IsThere = () => true): Tokens {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    issue({ namespace, name, uid }, expires, { audience = issuer, pod } = {}) {
      const header = encode({ alg: 'HS256', typ: 'JWT' });
      const payload = encode({
        iss: issuer,
        aud: [audience],
        sub: `system:serviceaccount:${namespace}:${name}`,
        exp: Math.floor(expires / 1000),
        'kubernetes.io': { namespace, ...(pod ? { pod } : {}), serviceaccount: { name, uid } },
      });
      return `${header}.${payload}.${sign(`${header}.${payload}`)}`;
    },
    verify(token, now) {
      const [header, payload, signature] = token.split('.');
      if (!header || !payload || !signature) return undefined;
      const expected = Buffer.from(sign(`${header}.${payload}`));
      const given = Buffer.from(signature);
      if (expected.byteLength !== given.byteLength || !timingSafeEqual(expected, given)) return undefined;
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
      if (claims.exp * 1000 <= now || !claims.aud.includes(issuer)) return undefined;
      const { namespace = '', pod, serviceaccount } = claims['kubernetes.io'] ?? {};
      if (serviceaccount && !isThere('serviceaccounts', namespace, serviceaccount)) return undefined;
      if (pod && !isThere('pods', namespace, pod)) return undefined;
      return accountUser(claims.sub);
    },
  };
}

export function accountUser(username: string, further: readonly string[] = []): UserInfo {
  const namespace = username.split(':')[2] ?? '';
  const own = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  // No token makes an account more than one.
  return { username, groups: [...new Set([...own, ...further])].filter((group) => group !== 'system:masters') };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
