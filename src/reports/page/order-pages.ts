import type { KillSwitch } from '../../deployments/kill-switch.js';
import type { Markup } from '../charts/markup.js';
import { describeKillSwitch } from '../kill-switch.js';
import { html } from './html.js';
import { csrfField, page, type Visitor } from './layout.js';

/** A plan that may be chosen. */
export interface PlanChoice {
  readonly plan: string;
  /** what it would undo: id of the newest deployment of its kind; `none`: there was none */
  readonly deployment: string;
  /** what runs, in this order, until one verifies */
  readonly methods: readonly string[];
}

/** Longest reason, characters. */
const longestReason = 500;

export function rollbackPage(choices: readonly PlanChoice[], visitor: Visitor): string {
  return page({
    title: 'Roll back by hand',
    visitor,
    isNarrow: true,
    main: html`<h1>Roll back by hand</h1>
      <div class="panel">
        <form class="order" method="post" action="/orders/rollback">
          ${csrfField(visitor)}
          <div>
            <label for="plan">Plan</label
            ><select id="plan" name="plan" required>
              ${choices.map(
                ({ plan, deployment }) =>
                  html`<option value="${plan}">
                    ${plan} (${deployment === 'none' ? 'no deployment yet' : deployment})
                  </option>`,
              )}
            </select>
          </div>
          ${reasonField(true)}
          <div class="buttons"><button>Continue</button><a href="/">Cancel</a></div>
          <p class="hint">Nothing runs yet: the next page says what would run, and asks.</p>
        </form>
      </div>`,
  });
}

/** @param isOn how the switch is now */
export function killSwitchPage(killSwitch: KillSwitch, visitor: Visitor): string {
  const explanation = killSwitch.on
    ? html`<p class="banner bad">${describeKillSwitch(killSwitch)}. Nothing is rolled back by itself.</p>`
    : html`<p>
        It is ${describeKillSwitch(killSwitch)}. While it is on, no alert starts a rollback; what already runs
        goes on, and a rollback by hand stays possible.
      </p>`;
  return page({
    title: 'Kill switch',
    visitor,
    isNarrow: true,
    main: html`<h1>Kill switch</h1>
      ${explanation}
      <div class="panel">
        <form class="order" method="post" action="/orders/kill-switch">
          ${csrfField(visitor)}<input
            type="hidden"
            name="on"
            value="${killSwitch.on ? 'no' : 'yes'}"
          />${reasonField(!killSwitch.on)}
          <div class="buttons">
            <button>Turn it ${killSwitch.on ? 'off' : 'on'} ...</button><a href="/">Cancel</a>
          </div>
          <p class="hint">Nothing changes yet: the next page asks.</p>
        </form>
      </div>`,
  });
}

function reasonField(isRequired: boolean): Markup {
  return html`<div>
    <label for="reason">Reason</label>
    <p class="hint" id="reason-hint">
      It goes on record with your name.${isRequired ? '' : ' It may be left empty.'}
    </p>
    <textarea
      id="reason"
      name="reason"
      maxlength="${longestReason}"
      aria-describedby="reason-hint"
      ${isRequired ? html` required` : undefined}
    ></textarea>
  </div>`;
}

/** What a person is asked to confirm. */
export interface Confirmation {
  /** names the order that was prepared, once */
  readonly order: string;
  readonly question: string;
  /** what happens then */
  readonly consequences: readonly string[];
  readonly reason: string;
  /** what the button says that does it */
  readonly action: string;
}

export function confirmationPage(confirmation: Confirmation, visitor: Visitor): string {
  const { order, question, consequences, reason, action } = confirmation;
  return page({
    title: question,
    visitor,
    isNarrow: true,
    main: html`<h1>${question}</h1>
      <div class="panel">
        <ul>
          ${consequences.map((text) => html`<li>${text}</li>`)}
        </ul>
        <dl class="facts">
          <div>
            <dt>Operator</dt>
            <dd>${visitor.operator}</dd>
          </div>
          <div>
            <dt>Reason</dt>
            <dd>${reason === '' ? 'none given' : reason}</dd>
          </div>
        </dl>
      </div>
      <form class="order" method="post" action="/orders/confirm">
        ${csrfField(visitor)}<input type="hidden" name="order" value="${order}" />
        <div class="buttons">
          <button class="danger">${action}</button><a class="button plain" href="/">No, cancel</a>
        </div>
      </form>`,
  });
}

/** Says why something was refused. */
export function refusalPage(status: number, message: string, visitor: Visitor | undefined): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  return page({
    title: `Error ${status}`,
    visitor,
    isNarrow: true,
    main: html`<h1>This did not work</h1>
      <p class="banner bad" role="alert">${sentence}</p>
      <p><a href="/">Back to the status</a></p>`,
  });
}
