import { z } from 'zod';
import { path, positiveDuration } from './setting.js';

/** Scheme, host and port: a path would be left out, and a password be shown to whoever reads the configuration or an address. */
function isBare(text: string): boolean {
  if (text === '' || !URL.canParse(text)) return true;
  const { username, password, pathname, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === '') && pathname === '/';
}

/** An address of HTTP; empty: there is no such service. */
const address = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine(
      (text) => text === '' || (/^https?:/.test(text) && URL.canParse(text)),
      'is no address; write it like http://127.0.0.1:8000, or leave it empty where there is none',
    )
    .refine(
      isBare,
      'is more than an address; write scheme, host and port only; the path goes into health_path',
    );

/** The path of an address, beginning at its host. */
const addressPath = (fallback: string) =>
  z.string().startsWith('/', 'a path begins with /').default(fallback);

const service = (url: string, healthPath: string) =>
  z
    .strictObject({
      url: address(url),
      health_path: addressPath(healthPath),
      /** authority that its certificate must be signed by; empty: those that Node trusts */
      ca_file: path(''),
    })
    .prefault({});

/** How a backend writes the result of the day (`qt_risk_daily_loss`); installations differ. */
const dailyResult = z.strictObject({
  /** of 1.5: `percent` 1.5% of the portfolio, `ratio` 150% of it, `usd` 1.5 US dollars; left out: nobody knows, and no go-live starts */
  unit: z.enum(['percent', 'ratio', 'usd']).optional(),
  /** what a value above 0 is */
  positive: z.enum(['gain', 'loss']).default('gain'),
});

const share = z.number().min(0).max(1);

/** The services of the trading system that answer over HTTP. */
export const http = z.strictObject({
  /** false where the trading system has none of them */
  enabled: z.boolean().default(true),
  /** how often health is asked for */
  interval: positiveDuration('10s'),
  /** for the whole answer */
  timeout: positiveDuration('5s'),
  backend: z
    .strictObject({
      ...service('http://127.0.0.1:8000', '/health').unwrap().shape,
      daily_result: dailyResult.prefault({}),
    })
    .prefault({}),
  model_service: service('http://127.0.0.1:9000', '/health'),
  frontend: service('', '/'),
  /** limit on the drawdown where the backend's health does not state it, as a ratio of the peak; left out: none is known */
  drawdown_limit: share.gt(0).optional(),
  /** a question for the consensus that is nobody's trade */
  consensus: z
    .strictObject({
      enabled: z.boolean().default(false),
      path: addressPath('/api/ai/consensus'),
      interval: positiveDuration('1m'),
      symbol: z.string().min(1).default('BTCUSDT'),
      features: z.record(z.string(), z.number()).default({ mom_20: 1, rv_5: 0.2, rsi_14: 65 }),
    })
    .prefault({}),
  /** a simulated order; sent only while the backend says that it trades on paper */
  dry_run_trade: z
    .strictObject({
      enabled: z.boolean().default(false),
      path: addressPath('/api/trade/execute'),
      interval: positiveDuration('5m'),
      symbol: z.string().min(1).default('BTCUSDT'),
      side: z.enum(['buy', 'sell']).default('buy'),
      quantity_usd: z.number().positive().default(10),
      confidence: share.default(0.9),
    })
    .prefault({}),
});
