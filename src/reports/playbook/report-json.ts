import { dayStatistics, type DayResult } from './finance.js';
import type { PlaybookReport } from './report.js';
import type { TradeResult } from './trading.js';

/**
 * The report for scripts. Keys stay; names say units: `_ratio` is 0-1, `_seconds` a duration, `_unix_seconds` a time,
 * `_amount` the trading system's currency. `null`: not known.
 */
export function reportJson(report: PlaybookReport): object {
  const { period, occasions, coverage, alerts, knownRules, candidates, checklists, operations, unanswered } =
    report;
  return withNulls({
    period: {
      hours: period.hours,
      start_unix_seconds: period.start,
      end_unix_seconds: period.end,
      occasions,
    },
    coverage: {
      known_from_unix_seconds: coverage.knownFrom,
      known_to_unix_seconds: coverage.knownTo,
      known_ratio: coverage.share,
      gaps: coverage.gaps.map(({ start, end }) => ({ start_unix_seconds: start, end_unix_seconds: end })),
    },
    trading: tradingJson(report),
    finance: financeJson(report),
    health: healthJson(report),
    ...learningJson(report),
    alerts: {
      known_rules: knownRules,
      left_out: alerts.leftOut,
      resolution_seconds: alerts.resolutionSeconds,
      fired: alerts.episodes.map((episode) => ({
        alertname: episode.alertname,
        severity: episode.severity,
        runbook: episode.runbook,
        priority: episode.priority,
        labels: episode.labels,
        start_unix_seconds: episode.start,
        fired_before_period: episode.firedBefore,
        end_unix_seconds: episode.isFiring ? undefined : episode.end,
        is_firing: episode.isFiring,
        duration_seconds: episode.end - episode.start,
        lowest_value: episode.lowest,
        highest_value: episode.highest,
        limits: episode.limits,
      })),
    },
    retraining_candidates: candidates.map(({ symbol, alerts: names, isFiring }) => ({
      symbol,
      alerts: names,
      is_firing: isFiring,
    })),
    operations: {
      is_known: operations.isKnown,
      deployments: operations.deployments.map(({ kind, deployment, model, started, ends, isOpen }) => ({
        kind,
        deployment,
        model,
        started_unix_seconds: started,
        ends_unix_seconds: ends,
        is_open: isOpen,
      })),
      rollbacks: operations.rollbacks.map(({ plan, deployment, started, ended, result }) => ({
        plan,
        deployment,
        started_unix_seconds: started,
        ended_unix_seconds: ended,
        result: result.replace(' ', '_'),
      })),
    },
    checklists: checklists.map(({ occasion, boxes }) => ({
      occasion,
      boxes: boxes.map(({ text, state, note }) => ({ text, state: state.replace(' ', '_'), note })),
    })),
    unanswered,
  });
}

function tradingJson({ trading }: PlaybookReport): object {
  const { baseline } = trading;
  return {
    window: trading.window.name,
    baseline:
      baseline.kind === 'file'
        ? { source: 'file', path: baseline.path, heading: baseline.heading }
        : {
            source: 'previous_period',
            start_unix_seconds: baseline.start,
            end_unix_seconds: baseline.end,
          },
    overall: resultJson(trading.overall),
    symbols: trading.symbols.map((result) => ({ symbol: result.symbol, ...resultJson(result) })),
  };
}

function resultJson({ trades, won, winShare, baseline, pnl }: TradeResult): object {
  return { trades, won, win_ratio: winShare, baseline_win_ratio: baseline, pnl_amount: pnl };
}

function financeJson({ finance, trading }: PlaybookReport): object {
  const { days, mean, best, worst, sharpe } = dayStatistics(finance.completeDays);
  return {
    total_pnl_amount: trading.overall.pnl,
    total_pnl_window: trading.window.name,
    today_pnl_amount: finance.todayPnl,
    consecutive_red_days: finance.redDays,
    days: finance.days.map(dayJson),
    complete_days: {
      days,
      mean_pnl_amount: mean,
      best: best === undefined ? undefined : dayJson(best),
      worst: worst === undefined ? undefined : dayJson(worst),
      sharpe_ratio: sharpe,
    },
    portfolio_amount: finance.portfolio,
    portfolio_peak_amount: finance.peak,
    drawdown_ratio: finance.drawdown,
    highest_drawdown_ratio: finance.highestDrawdown,
    realized_pnl_amount: finance.realizedPnl,
    unrealized_pnl_amount: finance.unrealizedPnl,
    open_positions: finance.openPositions,
  };
}

function dayJson({ date, pnl, trades }: DayResult): object {
  return { date, trades, pnl_amount: pnl };
}

function healthJson({ health }: PlaybookReport): object {
  const { engine, backend, database } = health;
  return {
    engine_uptime_ratio: engine.share,
    engine_observed_seconds: engine.observedSeconds,
    backend_uptime_ratio: backend.share,
    backend_observed_seconds: backend.observedSeconds,
    logged_errors: health.errors,
    candles: health.candlesRead,
    error_ratio: health.errorRate,
    error_window: '24h',
    disk_usage_ratio: health.diskUsage,
    database: {
      is_readable: database.isUp,
      is_intact: database.isIntact,
      read_age_seconds: database.readAgeSeconds,
      backup_age_seconds: database.backupAgeSeconds,
    },
    candle_freshness: health.candles.map(
      ({ symbol, interval, ageSeconds, intervalSeconds, ofDay, expectedOfDay }) => ({
        symbol,
        interval,
        age_seconds: ageSeconds,
        interval_seconds: intervalSeconds,
        candles_of_day: ofDay,
        expected_candles_of_day: expectedOfDay,
      }),
    ),
  };
}

function learningJson({ learning: { retraining, modes, confidence } }: PlaybookReport): object {
  return {
    retraining: {
      window: retraining.window.name,
      count: retraining.count,
      per_day: retraining.perDay,
      per_day_and_symbol: retraining.perDayAndSymbol,
      succeeded: retraining.succeeded,
      success_ratio: retraining.successShare,
      detail_window: retraining.detailWindow.name,
      mean_duration_seconds: retraining.meanDurationSeconds,
      longest_duration_seconds: retraining.longestDurationSeconds,
      confidence_after_ratio: retraining.confidenceAfter,
    },
    modes: {
      window: modes.window.name,
      modes: modes.modes.map(({ mode, entries, share, confidence: mean }) => ({
        mode,
        entries,
        entries_ratio: share,
        confidence_mean_ratio: mean,
      })),
      transitions: modes.transitions,
      transitions_window: modes.transitionsWindow.name,
      current: modes.current.map(({ symbol, interval, mode, forSeconds }) => ({
        symbol,
        interval,
        mode,
        for_seconds: forSeconds,
      })),
    },
    confidence: {
      window: confidence.window.name,
      overall_mean_ratio: confidence.overall,
      pairs: confidence.pairs.map(({ symbol, interval, rows, mean, min, max, stddev }) => ({
        symbol,
        interval,
        rows,
        mean_ratio: mean,
        min_ratio: min,
        max_ratio: max,
        deviation_ratio: stddev,
      })),
    },
  };
}

/** JSON leaves out what is undefined; a key that comes and goes is no stable key. */
function withNulls(value: object): object {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (part === undefined ? null : part)),
  ) as object;
}
