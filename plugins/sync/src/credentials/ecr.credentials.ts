import { Injectable } from '@nestjs/common';
import type { UpstreamCredentials, UpstreamLoginAnswer } from '@berth/sdk';

/** `<account>.dkr.ecr.<region>.amazonaws.com`, that of China, and the endpoints that conform to FIPS. */
const REGISTRY = /^\d{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** Who AWS says we are: keys of the environment or of its files, roles of pods, tasks and machines, as its own programs find them. */
@Injectable()
export class EcrCredentials implements UpstreamCredentials {
  async loginFor(host: string, section: unknown, signal: AbortSignal): Promise<UpstreamLoginAnswer> {
    if (section !== undefined) throw new Error('ecr takes no settings');
    const match = REGISTRY.exec(host);
    if (!match) throw new Error(`${host} is no registry of ECR: <account>.dkr.ecr.<region>.amazonaws.com`);
    signal.throwIfAborted();
    const [, fips, region = ''] = match;
    // Nobody else pays for it.
    const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
    const client = new ECRClient({ region, useFipsEndpoint: fips !== undefined });
    try {
      const command = new GetAuthorizationTokenCommand({});
      const { authorizationData } = await client.send(command, { abortSignal: signal });
      return loginOf(authorizationData?.[0]);
    } finally {
      client.destroy();
    }
  }
}

interface Authorization {
  readonly authorizationToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

function loginOf({ authorizationToken = '', expiresAt }: Authorization = {}): UpstreamLoginAnswer {
  const text = Buffer.from(authorizationToken, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new Error('ECR gives no authorization token');
  const login = { kind: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) } as const;
  return { login, ...(expiresAt && { expiresAt: expiresAt.getTime() }) };
}
