import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../src/platform/http-server.js';

function server() {
  const created = createServer();
  onTestFinished(() => {
    created.close();
  });
  return created;
}

describe('listen', () => {
  it('says which port the system chose', async () => {
    const address = await listen(server(), { host: '127.0.0.1', port: 0 }, 'exporter.listen');
    expect(address.port).toBeGreaterThan(0);
  });

  it('names a taken port and the setting that moves it', async () => {
    const { port } = await listen(server(), { host: '127.0.0.1', port: 0 }, 'exporter.listen');
    await expect(listen(server(), { host: '127.0.0.1', port }, 'exporter.listen')).rejects.toThrow(
      `127.0.0.1:${port} is already taken by another program. End it, or set exporter.listen to another address.`,
    );
  });

  it('names an address that is not of this machine', async () => {
    await expect(listen(server(), { host: '192.0.2.1', port: 0 }, 'receiver.listen')).rejects.toThrow(
      'Set receiver.listen',
    );
  });
});
