import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { RoutingCheck, RoutingEditRequest, RoutingPlanRoute, RoutingPlanRule } from '../../api/schema';
import { percent } from '../../ui/format';

/** One thing that can be done with a plan directly. */
export type Edit = Omit<RoutingEditRequest, 'plan'>;

export const checkKey = (text: string) => ['routing', 'check', text];

/** What is to be said of a text; a text is said the same of for as long as nobody activates another plan. */
export const checkOf = (text: string) =>
  queryOptions({
    queryKey: checkKey(text),
    gcTime: 30_000,
    queryFn: async ({ signal }): Promise<RoutingCheck> => {
      const { data, error } = await api.POST('/v1/routing/check', {
        params: { query: { describe: true } },
        body: text,
        bodySerializer: (body) => body as string,
        headers: { 'Content-Type': 'application/yaml' },
        signal,
      });
      if (error) throw error;
      return data;
    },
  });

/** What a rule asks for and keeps to, besides what it matches and its connections. */
export function termsOf(rule: Partial<RoutingPlanRule>, route: RoutingPlanRoute): string[] {
  const terms = [sentence(route.order)];
  if (route.bounds.length > 0) terms.push(`kept to ${route.bounds.join(' and ')}`);
  if (route.shadows.length > 0) terms.push(`${percent(route.shadow_share)} go to ${route.shadows.join(', ')} first, to keep them in use`);
  if (route.fallback) terms.push(`then list ‘${route.fallback}’`);
  if (rule.require && rule.require.length > 0) terms.push(`demands ${rule.require.join(', ')}`);
  if (rule.attempts) terms.push(`${rule.attempts} ${rule.attempts === 1 ? 'attempt' : 'attempts'} at most`);
  if (rule.within) terms.push(`no attempt after ${rule.within}`);
  if (rule.copy_to) terms.push(`${percent(rule.copy_share)} are copied to ${rule.copy_to}`);
  return terms;
}

const sentence = (order: string) => (order === 'in a fixed order' ? 'in this order' : order);
