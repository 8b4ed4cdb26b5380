import { html } from './html.js';
import { page } from './layout.js';

/**
 * Asks for name and token.
 * @param to where to go afterwards, a path of this site
 * @param problem why the last attempt was refused; empty: there was none
 */
export function loginPage(to: string, problem: string, operator = ''): string {
  return page({
    title: 'Log in',
    visitor: undefined,
    isNarrow: true,
    main: html`<h1>Log in</h1>
      ${problem === '' ? undefined : html`<p class="banner bad" role="alert">${problem}</p>`}
      <div class="panel">
        <form class="order" method="post" action="/login">
          <input type="hidden" name="to" value="${to}" />
          <div>
            <label for="operator">Your name</label>
            <p class="hint" id="operator-hint">It goes on record with everything that you do here.</p>
            <input
              id="operator"
              name="operator"
              value="${operator}"
              required
              maxlength="128"
              autocomplete="username"
              aria-describedby="operator-hint"
              autofocus
            />
          </div>
          <div>
            <label for="token">Token of the receiver</label>
            <p class="hint" id="token-hint">A line of the file that receiver.token_file names.</p>
            <input
              id="token"
              name="token"
              type="password"
              required
              maxlength="1024"
              autocomplete="current-password"
              aria-describedby="token-hint"
            />
          </div>
          <div class="buttons"><button>Log in</button><a href="/">Back to the status</a></div>
        </form>
      </div>`,
  });
}
