import dns from 'node:dns';
import { createTestRegistry } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';

/** A machine on which "localhost" has two addresses, as where /etc/hosts says so. Gives what ends it. */
function giveLocalhostTwoAddresses(): () => void {
  const lookup = dns.lookup.bind(dns) as (...question: readonly unknown[]) => void;
  const both = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const spy = vi.spyOn(dns, 'lookup').mockImplementation((...question: readonly unknown[]) => {
    const [host, , tell] = question;
    if (host === 'localhost' && typeof tell === 'function') Reflect.apply(tell, undefined, [null, both]);
    else lookup(...question);
  });
  return () => {
    spy.mockRestore();
  };
}

describe('http.address', () => {
  it('that is a name of two addresses is one listener, so that nothing holds for one of them alone', async () => {
    const restore = giveLocalhostTwoAddresses();
    const registry = await createTestRegistry({ configure: ({ http }) => (http.address = 'localhost') });
    const addresses = registry.application.getHttpAdapter().getInstance().addresses();
    await registry.close();
    restore();
    expect(addresses).toEqual([expect.objectContaining({ address: '127.0.0.1' })]);
  });

  it('that no name server knows fails the start', async () => {
    const starting = createTestRegistry({ configure: ({ http }) => (http.address = 'nowhere.invalid') });
    await expect(starting).rejects.toThrow('nowhere.invalid');
  });
});
