import { FETCHED, type Plan, type PlannedRepository, type PlannedState, type PlannedTag, type Told } from './plan.js';

/** A plan as a person reads it. Ends with a line break. */
export function planText(plan: Plan): string {
  const { upstream, pollInterval, warnings, repositories, passedOver, problems } = plan;
  const lines = [
    `${upstream}, every ${pollInterval}`,
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...repositories.flatMap(repositoryLines),
    ...passedOver.map((told) => `  passed over: ${toldText(told)}`),
    ...problems.map((told) => `  problem: ${toldText(told)}`),
    `  ${summaryOf(repositories.flatMap(({ tags }) => tags))}`,
  ];
  return `${lines.join('\n')}\n`;
}

function repositoryLines({ remote, local, by, tags }: PlannedRepository): readonly string[] {
  const width = Math.max(0, ...tags.map(({ tag }) => tag.length));
  const line = ({ tag, isTaken, why, state }: PlannedTag): string =>
    `    ${isTaken ? 'in ' : 'out'}  ${tag.padEnd(width)}  ${(state ?? '').padEnd('incomplete'.length)}  ${why}`;
  return [`  ${remote} -> ${local}, by ${by}`, ...tags.map(line)];
}

function summaryOf(tags: readonly PlannedTag[]): string {
  const taken = tags.filter(({ isTaken }) => isTaken);
  const states = new Map<PlannedState, number>();
  for (const { state = 'gone' } of taken) states.set(state, (states.get(state) ?? 0) + 1);
  const fetched = taken.filter(({ state }) => state && FETCHED.has(state)).length;
  const parts = [...states]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`);
  const found = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `tags: ${taken.length} in${found}, ${tags.length - taken.length} out; ${fetched} would be fetched`;
}

function toldText({ what, reason }: Told): string {
  return `${what}: ${reason}`;
}
