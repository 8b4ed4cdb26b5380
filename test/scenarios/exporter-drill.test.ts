import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drillFilePath, removeDrillFiles, writeDrillFile } from '../../src/deployments/drill-file.js';
import { unixNow } from '../../src/platform/clock.js';
import { startExporter } from '../support/exporter.js';

const metric = 'redline_drill_written_timestamp_seconds';
const success = 'redline_collector_success{collector="drill"}';

describe('the drill collector', () => {
  it('tells of the drill that is under way, and of no other', async () => {
    const exporter = await startExporter(() => ({}));
    const none = await exporter.scrape();
    expect(none.named(metric)).toEqual({});
    expect(none.value(success)).toBe(1);

    const now = Math.floor(unixNow());
    await writeDrillFile(exporter.folder, { id: 'drill-1', written_at: now });
    expect((await exporter.scrape()).named(metric)).toEqual({ [`${metric}{drill="drill-1"}`]: now });
    await writeDrillFile(exporter.folder, { id: 'drill-22', written_at: now - 290 });
    expect((await exporter.scrape()).named(metric)).toEqual({ [`${metric}{drill="drill-22"}`]: now - 290 });

    // A receiver that died left it behind.
    await writeDrillFile(exporter.folder, { id: 'drill-333', written_at: now - 301 });
    const old = await exporter.scrape();
    expect(old.named(metric)).toEqual({});
    expect(old.value(success)).toBe(1);
    await removeDrillFiles(exporter.folder);
    expect((await exporter.scrape()).named(metric)).toEqual({});
  });

  it('fails on what the receiver does not write, and on that alone', async () => {
    const exporter = await startExporter(() => ({}));
    const path = drillFilePath(exporter.folder);
    for (const text of ['', '{', '[]', '{"id": 1, "written_at": 5}', '{"id": "a"}']) {
      writeFileSync(path, text);
      const scrape = await exporter.scrape();
      expect(scrape.named(metric)).toEqual({});
      expect({ text, success: scrape.value(success) }).toEqual({ text, success: 0 });
    }
    rmSync(path);
    mkdirSync(path);
    const scrape = await exporter.scrape();
    expect(scrape.value(success)).toBe(0);
    expect(scrape.value('redline_collector_success{collector="canary_files"}')).toBe(1);
  });
});
