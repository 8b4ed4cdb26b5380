import { z } from 'zod';
import { errorMessage } from '../platform/errors.js';
import type { HttpRequest } from '../platform/http-request.js';
import { ApiServer, openAccess } from './api-server.js';

/** Alertmanager could not be asked, or its answer was no answer. */
export class AlertmanagerError extends Error {
  override readonly name = 'AlertmanagerError';
  /** it understood and will not, so asking again is of no use */
  readonly isRefusal: boolean;

  constructor(message: string, isRefusal = false) {
    super(message);
    this.isRefusal = isRefusal;
  }
}

/** An alert to give to Alertmanager. Times are Unix seconds. */
export interface PostableAlert {
  /** none may be empty */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: number;
  /** when it counts as resolved */
  readonly endsAt: number;
  readonly generatorURL: string;
}

const status = z.object({ config: z.object({ original: z.string() }) });

const matcher = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
});
export type Matcher = z.infer<typeof matcher>;

const silence = z.object({
  id: z.string(),
  matchers: z.array(matcher),
  createdBy: z.string().default(''),
  comment: z.string().default(''),
  status: z.object({ state: z.string() }),
});
/** What keeps alerts from being told. */
export type Silence = z.infer<typeof silence>;

const silencedAlert = z.object({
  labels: z.record(z.string(), z.string()),
  status: z.object({ silencedBy: z.array(z.string()) }),
});
/** An alert that fires and is not told. */
export type SilencedAlert = z.infer<typeof silencedAlert>;

/** Asks an Alertmanager over its HTTP API. */
export class AlertmanagerClient {
  readonly #server: ApiServer;

  /**
   * @param url the server, e.g. `http://127.0.0.1:9093`; may have a path
   * @param timeoutSeconds longest time one question may take
   */
  constructor(url: string, timeoutSeconds: number, access = openAccess) {
    this.#server = new ApiServer(url, timeoutSeconds, access);
  }

  /** its address, without a slash at the end */
  get base(): string {
    return this.#server.base;
  }

  /** Its configuration as it stands in its file, YAML; newer ones hide secrets. @throws AlertmanagerError */
  async configuration(): Promise<string> {
    return (await this.#get('/api/v2/status', status)).config.original;
  }

  /** The silences that hold now. @throws AlertmanagerError */
  async activeSilences(): Promise<Silence[]> {
    const all = await this.#get('/api/v2/silences', z.array(silence));
    return all.filter(({ status: { state } }) => state === 'active');
  }

  /** The alerts with a rollback label that fire and are silenced. @throws AlertmanagerError */
  async silencedRollbackAlerts(): Promise<SilencedAlert[]> {
    const parameters = new URLSearchParams({
      active: 'false',
      inhibited: 'false',
      unprocessed: 'false',
      silenced: 'true',
      filter: 'rollback=~".+"',
    });
    return this.#get(`/api/v2/alerts?${parameters.toString()}`, z.array(silencedAlert));
  }

  /** Gives it an alert. @throws AlertmanagerError */
  async post(alert: PostableAlert): Promise<void> {
    const { startsAt, endsAt, ...rest } = alert;
    const body = [{ ...rest, startsAt: timeText(startsAt), endsAt: timeText(endsAt) }];
    await this.#send('/api/v2/alerts', { method: 'POST', body: JSON.stringify(body) });
  }

  async #get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const text = await this.#send(path);
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw new AlertmanagerError(`${this.base}${path} answered something else than Alertmanager does`);
    }
  }

  async #send(path: string, request: Pick<HttpRequest, 'method' | 'body'> = {}): Promise<string> {
    const answer = await this.#server.ask(path, request).catch((error: unknown) => {
      throw new AlertmanagerError(`Alertmanager at ${this.base} does not answer: ${errorMessage(error)}`);
    });
    const { status, text } = answer;
    if (status >= 200 && status < 300) return text;
    const refusal = this.#server.refusal(answer, 'alertmanager') ?? `answers HTTP ${status}`;
    // A login may be mended, and 429 and 5xx pass.
    const isRefusal = status >= 400 && status < 500 && ![401, 403, 429].includes(status);
    throw new AlertmanagerError(`Alertmanager at ${this.base} ${refusal}`, isRefusal);
  }
}

/** To the nearest millisecond, so that what Alertmanager sends back is known again. */
function timeText(unixSeconds: number): string {
  return new Date(Math.round(unixSeconds * 1000)).toISOString();
}
