/** A person's browser as far as HTTP goes: it keeps the cookie, and sends forms with the origin of the page. */
export class PageClient {
  readonly #url: string;
  readonly #origin: string;
  cookie = '';

  /** @param origin that its forms bear; that of the address where left out */
  constructor(url: string, origin: string = url) {
    this.#url = url;
    this.#origin = origin;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.#url + path, { redirect: 'manual', headers: { cookie: this.cookie, ...headers } });
  }

  async post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: this.cookie, origin: this.#origin, ...headers },
      body: new URLSearchParams(fields),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';')[0] ?? '';
    return response;
  }

  logIn(token: string, operator = 'kari'): Promise<Response> {
    return this.post('/login', { operator, token });
  }

  /** The token of the session, as its forms carry it. */
  async csrf(path = '/orders/kill-switch'): Promise<string> {
    return fieldOf(await (await this.get(path)).text(), 'csrf');
  }

  /** Fills in a form of orders and confirms what it asks. @returns the answer to the confirmation */
  async order(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const csrf = await this.csrf(path);
    const asked = await this.post(path, { csrf, ...fields });
    return this.post('/orders/confirm', { csrf, order: fieldOf(await asked.text(), 'order') });
  }
}

/** The value of a hidden field; empty where the page has none of that name. */
export function fieldOf(page: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
}
