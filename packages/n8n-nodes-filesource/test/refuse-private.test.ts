import { expect, test } from '@jest/globals';
import { createN8nTransport } from '../src/http/n8n-transport.ts';
import { refusePrivate } from '../src/http/refuse-private.ts';

test.each(['https://localhost/', 'https://localhost./x', 'https://10.0.0.1/', 'https://[::1]/', 'http://files.example.com/a', 'http://192.168.0.1/'])('%s is refused where nobody allowed private addresses', async (url) => {
  await expect(refusePrivate(url)).rejects.toMatchObject({ kind: 'host-refused' });
});

test.each(['https://93.184.216.34/', 'http://93.184.216.34/a', 'https://[2606:4700::1111]/'])('%s is a public address', async (url) => {
  await expect(refusePrivate(url)).resolves.toBeUndefined();
});

test('a request that must not reach a private address is not even made', async () => {
  let made = 0;
  const transport = createN8nTransport(async () => {
    made += 1;
    throw new Error('it was made');
  });
  await expect(transport.send({ method: 'GET', url: 'https://localhost/', allowPrivate: false })).rejects.toMatchObject({ kind: 'host-refused' });
  expect(made).toBe(0);
});
