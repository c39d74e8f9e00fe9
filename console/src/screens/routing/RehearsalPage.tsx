import { rehearsal as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Page, Panel } from '../../ui/Page';
import { Rehearsal, useSimulation } from './Report';

export function RehearsalPage() {
  const { id } = route.useParams();
  const revision = useSimulation(id).data?.plan_revision;
  return (
    <Page title="Rehearsal">
      <Panel
        title="Before and after"
        note={
          revision ? (
            <Anchor to="/routing/revisions/$revision" params={{ revision: String(revision) }} size="sm">
              of revision {revision}
            </Anchor>
          ) : undefined
        }
      >
        <Rehearsal id={id} />
      </Panel>
    </Page>
  );
}
