import type { Activity } from '@lumbung/contracts';
import { assertNever } from '@lumbung/stdx';
import type { ActivityEvent, ActivityRules, Advance } from './activity-event.ts';
import { acknowledge, beginReport, close, delegate, giveBack, report } from './administrative-track.ts';
import { beginPreparation, beginRun, endDate, endPreparation, endRun, expectMore } from './technical-track.ts';

/** What an activity becomes by an event, or why that cannot happen. Nothing else changes an activity; the same events give the
 *  same activity. @see docs/design/procedure-rules.md#activities */
export function advance(activity: Activity, event: ActivityEvent, rules: ActivityRules): Advance {
  switch (event.kind) {
    case 'expected':
      return expectMore(activity, event);
    case 'preparation-began':
      return beginPreparation(activity, event, rules);
    case 'preparation-ended':
      return endPreparation(activity, event);
    case 'run-began':
      return beginRun(activity, event, rules);
    case 'run-ended':
      return endRun(activity, event);
    case 'date-ended':
      return endDate(activity, event, rules);
    case 'report-began':
      return beginReport(activity, event);
    case 'reported':
      return report(activity, event);
    case 'acknowledged':
      return acknowledge(activity, event, rules);
    case 'returned':
      return giveBack(activity, event, rules);
    case 'delegated':
      return delegate(activity, event, rules);
    case 'closed':
      return close(activity, event);
    default:
      return assertNever(event);
  }
}
