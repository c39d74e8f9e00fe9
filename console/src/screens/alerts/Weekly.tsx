import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { alerts as route } from '../../app/router';
import { api } from '../../api/client';
import { Content } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Review } from './Review';

/** The week's review, to be read here and to be taken along. */
export function Weekly() {
  const { week } = route.useSearch();
  const navigate = route.useNavigate();
  const report = useQuery({
    queryKey: ['weekly', week],
    queryFn: async () => {
      const { data, error } = await api.GET('/v1/reports/weekly', { params: { query: { format: 'markdown', ...(week ? { week } : {}) } }, parseAs: 'text' });
      if (error) throw error;
      return data as unknown as string;
    },
  });
  const go = (days: number) => void navigate({ search: { view: 'weekly', week: isoWeek(new Date(dateOf(week).getTime() + days * 86_400_000)) } });
  return (
    <Panel
      title="Weekly review"
      note={week ?? isoWeek(new Date())}
      actions={
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => go(-7)}>
            The week before
          </Button>
          <Button size="xs" variant="default" disabled={!week || week === isoWeek(new Date())} onClick={() => go(7)}>
            The week after
          </Button>
          <Button size="xs" component="a" variant="default" href={`/v1/reports/weekly${week ? `?week=${week}` : ''}`} target="_blank">
            To print
          </Button>
        </Group>
      }
    >
      <Content of={report}>
        {(markdown) => <Review markdown={markdown} />}
      </Content>
    </Panel>
  );
}

/** The week of ISO 8601 that a day belongs to, in UTC: that of its Thursday. */
function isoWeek(day: Date) {
  const thursday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + 4 - (day.getUTCDay() || 7)));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - first) / 86_400_000 + 1) / 7);
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

function dateOf(week: string | undefined) {
  const match = /^(\d{4})-W(\d{2})$/.exec(week ?? '');
  if (!match) return new Date();
  // The fourth of January is in the first week.
  return new Date(Date.UTC(Number(match[1]), 0, 4) + (Number(match[2]) - 1) * 7 * 86_400_000);
}
