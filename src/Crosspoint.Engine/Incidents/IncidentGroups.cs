using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Incidents;

/// <summary>Which incident a cell that falls ill belongs to.</summary>
internal static class IncidentGroups
{
    // From the narrowest to the widest: what fits an incident closely joins it before what fits another widely.
    private static readonly Func<IncidentCell, string>[] Ties =
    [
        static cell => cell.Network.Length == 0 ? "" : $"{cell.Country} {cell.Network}",
        static cell => cell.Connection,
        static cell => cell.Vendor,
        static cell => cell.Country,
    ];

    /// <summary>
    /// The open incident with which a new cell has something in common that all its cells have: the network, the connection, the vendor or the
    /// country; null for none.
    /// </summary>
    public static Incident? Find(IEnumerable<Incident> incidents, IncidentCell cell, long now, TimeSpan within)
    {
        Incident? found = null;
        int narrowest = Ties.Length;
        foreach (Incident incident in incidents)
        {
            if (incident.ResolvedAt != 0 || now - LastOnset(incident) > within.TotalMicroseconds) continue;
            for (int tie = 0; tie < narrowest; tie++)
            {
                string value = Ties[tie](cell);
                if (value.Length == 0 || !incident.Cells.All(other => Ties[tie](other) == value)) continue;
                (found, narrowest) = (incident, tie);
                break;
            }
        }

        return found;
    }

    /// <summary>An incident with this very cell, that goes on or ended a short while ago; null for none.</summary>
    public static Incident? FindOwn(IEnumerable<Incident> incidents, HealthCell cell, long now, TimeSpan relapse) =>
        incidents.Where(incident => incident.Cells.Any(other => other.Is(cell)))
            .Where(incident => incident.ResolvedAt == 0 || now - incident.ResolvedAt <= relapse.TotalMicroseconds)
            .MaxBy(static incident => incident.OpenedAt);

    private static long LastOnset(Incident incident) => incident.Cells.Max(static cell => cell.Since);
}
