import { BlockList, isIP } from 'node:net';

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

const LOOPBACK: readonly Network[] = [
  { address: '127.0.0.0', bits: 8, family: 'ipv4' },
  { address: '::1', bits: 128, family: 'ipv6' },
];

/** What an entry of `http.trustedProxies` stands for: an address, a network such as "10.0.0.0/8", or "loopback". */
export function parseTrustedProxy(text: string): readonly Network[] | undefined {
  if (text === 'loopback') return LOOPBACK;
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return undefined;
  const all = version === 4 ? 32 : 128;
  if (bits !== undefined && (!/^[0-9]{1,3}$/.test(bits) || Number(bits) > all)) return undefined;
  return [{ address, bits: bits === undefined ? all : Number(bits), family: version === 4 ? 'ipv4' : 'ipv6' }];
}

/** Those whose word on who is behind them counts. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** @throws RangeError where an entry is none; the configuration has been checked for that. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const networks = parseTrustedProxy(entry);
      if (networks === undefined) throw new RangeError(`${entry} is no address and no network`);
      for (const { address, bits, family } of networks) this.#list.addSubnet(address, bits, family);
    }
  }

  /** `hop`: an address, with a port or without, as headers have it. What is none is not trusted. */
  trusts(hop: string | undefined): boolean {
    const address = addressOf(hop ?? '');
    return address !== undefined && this.#list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
}

/** The address in what a proxy may write: "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1". */
export function addressOf(hop: string): string | undefined {
  const [, inBrackets] = /^\[([^\]]*)\](?::[0-9]+)?$/.exec(hop) ?? [];
  const [, beforePort] = /^([0-9.]+):[0-9]+$/.exec(hop) ?? [];
  const address = (inBrackets ?? beforePort ?? hop).replace(/%.*$/, '');
  return isIP(address) === 0 ? undefined : address;
}
