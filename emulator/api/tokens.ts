/** Service account tokens: signed JWTs, as `kubectl create token` asks for them. Whoever holds one may act as its account. */
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
}

const issuer = 'https://kubernetes.default.svc.cluster.local';

export function createTokens(key: Uint8Array): Tokens {
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
      return accountUser(claims.sub);
    },
  };
}

function accountUser(username: string): UserInfo {
  const namespace = username.split(':')[2] ?? '';
  return {
    username,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
