import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../support/rule-files.js';

describe('what Grafana is provisioned with', () => {
  it('is the data source that the dashboards choose by default', () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string(), url: z.string() })) })
      .parse(readYaml('grafana', 'provisioning', 'datasources', 'redline.yml'));
    expect(datasources).toEqual([
      expect.objectContaining({ uid: 'prometheus', type: 'prometheus', url: 'http://127.0.0.1:9090' }),
    ]);
  });

  it('is a folder for the dashboards, which nobody changes by hand', () => {
    const { providers } = z
      .object({
        providers: z.array(z.object({ folder: z.string(), type: z.string(), allowUiUpdates: z.boolean() })),
      })
      .parse(readYaml('grafana', 'provisioning', 'dashboards', 'redline.yml'));
    expect(providers).toEqual([
      expect.objectContaining({ folder: 'Redline', type: 'file', allowUiUpdates: false }),
    ]);
  });
});
