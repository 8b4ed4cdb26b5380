import { Router, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { noDeployment } from '../../deployments/rollback.js';
import {
  confirmationPage,
  killSwitchPage,
  rollbackPage,
  type Confirmation,
  type PlanChoice,
} from '../../reports/page/order-pages.js';
import { newestDeployment } from '../../rollback/manual.js';
import { HttpError } from '../http-error.js';
import { requireCharge } from '../in-charge.js';
import { orderKillSwitch } from '../kill-switch-orders.js';
import { only } from '../methods.js';
import type { Services } from '../services.js';
import { parseForm, readForm } from './form.js';
import { requireSameOrigin } from './same-origin.js';
import { sendPage } from './send-page.js';
import type { PreparedOrder, Session } from './sessions.js';
import type { Visitors } from './visitors.js';

export type OrderServices = Pick<Services, 'ledger' | 'mutex' | 'manual' | 'authority' | 'logger'>;

const longestReason = 500;
const rollbackForm = z.object({
  plan: z.string().max(128),
  reason: z.string().trim().min(1, 'is missing').max(longestReason),
});
const killSwitchForm = z.object({
  on: z.enum(['yes', 'no']),
  reason: z.string().trim().max(longestReason).default(''),
});
const confirmForm = z.object({ order: z.string().max(128) });

/**
 * What a person may do from the page: roll back by hand, and the kill switch. Each is prepared, shown as it would be done,
 * and done once it is confirmed; the session, its token and the origin of the form are asked for each time.
 */
export function orderRoutes(
  visitors: Visitors,
  publicUrl: string,
  plans: Config['rollbacks'],
  services: OrderServices,
): Router {
  const router = Router();
  const { ledger, authority } = services;
  const order: RequestHandler[] = [requireSameOrigin(publicUrl), ...readForm, requireCharge(authority)];
  const choices = (): PlanChoice[] => Object.keys(plans).map((plan) => choiceOf(plan, plans, services));

  router
    .route('/orders/rollback')
    .get(visitors.requireSession, (request, response) => {
      sendPage(response, rollbackPage(choices(), required(visitors, request)));
    })
    .post(...order, (request, response) => {
      const session = visitors.sessionOfForm(request);
      const { plan, reason } = parseForm(request, rollbackForm);
      const choice = choices().find((one) => one.plan === plan);
      if (choice === undefined) throw new HttpError(404, `there is no rollback plan "${plan}"`);
      const prepared = { kind: 'rollback', plan, deployment: choice.deployment, reason } as const;
      sendPage(response, confirmationPage(askRollback(choice, prepared, session, visitors), session));
    })
    .all(only('GET, POST'));
  router
    .route('/orders/kill-switch')
    .get(visitors.requireSession, (request, response) => {
      sendPage(response, killSwitchPage(ledger.state.killSwitch, required(visitors, request)));
    })
    .post(...order, (request, response) => {
      const session = visitors.sessionOfForm(request);
      const { on, reason } = parseForm(request, killSwitchForm);
      if (on === 'yes' && reason === '') throw new HttpError(400, 'reason: is missing');
      const prepared = { kind: 'kill switch', on: on === 'yes', reason } as const;
      const id = session.prepare(prepared, visitors.sessions.now());
      sendPage(response, confirmationPage({ order: id, ...askKillSwitch(prepared) }, session));
    })
    .all(only('GET, POST'));
  router
    .route('/orders/confirm')
    .post(...order, async (request, response) => {
      const session = visitors.sessionOfForm(request);
      const { order: id } = parseForm(request, confirmForm);
      const prepared = session.take(id, visitors.sessions.now());
      if (prepared === undefined)
        throw new HttpError(409, 'this was confirmed already, or waited too long; begin again');
      await carryOut(prepared, session, services);
      response.redirect(303, '/');
    })
    .all(only('POST'));
  return router;
}

function required(visitors: Visitors, request: Request): Session {
  const session = visitors.sessionOf(request);
  if (session === undefined) throw new HttpError(401, 'you are not logged in any more', 'unauthorized');
  return session;
}

function choiceOf(
  plan: string,
  plans: Config['rollbacks'],
  { ledger }: Pick<OrderServices, 'ledger'>,
): PlanChoice {
  return {
    plan,
    deployment: newestDeployment(ledger.state, plan)?.id ?? noDeployment,
    methods: (plans[plan]?.methods ?? []).map(({ name, command }) => `${name}: ${command.join(' ')}`),
  };
}

function askRollback(
  { plan, deployment, methods }: PlanChoice,
  prepared: PreparedOrder,
  session: Session,
  visitors: Visitors,
): Confirmation {
  return {
    order: session.prepare(prepared, visitors.sessions.now()),
    question: `Roll back ${plan} now?`,
    consequences: [
      deployment === noDeployment
        ? 'No deployment of its kind is known: the plan runs all the same.'
        : `It undoes ${deployment}, whose observation ends with it.`,
      ...methods.map((method, index) => `${index === 0 ? 'First' : 'Where that fails'}, ${method}`),
      'The result is verified and on record. It cannot be undone from here.',
    ],
    reason: prepared.reason,
    action: 'Yes, roll back now',
  };
}

function askKillSwitch({
  on,
  reason,
}: Extract<PreparedOrder, { kind: 'kill switch' }>): Omit<Confirmation, 'order'> {
  if (on)
    return {
      question: 'Turn the kill switch on?',
      consequences: [
        'From now on NO alert starts a rollback, whatever it says.',
        'A rollback that runs goes on, and a rollback by hand stays possible.',
        'It stays so, over restarts too, until somebody takes it back.',
      ],
      reason,
      action: 'Yes, turn it on',
    };
  return {
    question: 'Turn the kill switch off?',
    consequences: ['An alert that fires now starts its rollback within seconds.'],
    reason,
    action: 'Yes, turn it off',
  };
}

/** @throws HttpError 409 where what was shown is no longer what would be done, or a rollback runs */
async function carryOut(prepared: PreparedOrder, session: Session, services: OrderServices): Promise<void> {
  const { operator } = session;
  const { reason } = prepared;
  if (prepared.kind === 'kill switch') {
    await orderKillSwitch(services, { on: prepared.on, reason, operator });
    return;
  }
  const { plan, deployment } = prepared;
  const now = newestDeployment(services.ledger.state, plan)?.id ?? noDeployment;
  if (now !== deployment)
    throw new HttpError(409, `${now} was declared meanwhile, in place of ${deployment}; begin again`);
  await services.manual.start({ plan, reason, operator });
}
