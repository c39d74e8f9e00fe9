namespace Crosspoint.Engine.Stores;

/// <summary>
/// What is kept about health: incidents, alerts, silences. Every write is one transaction, durable before it is answered, and done whole or not at
/// all. Not for the hot path.
/// </summary>
public interface IHealthStore : IAsyncDisposable
{
    /// <summary>Longest body of a record, in bytes.</summary>
    const int MostBodyBytes = 4 * 1024 * 1024;

    /// <summary>Stores records, in place of those with the same kind and id: all of them or none.</summary>
    ValueTask<HealthWrite> PutAsync(IReadOnlyList<HealthRecord> records, CancellationToken cancellationToken);

    ValueTask<HealthRecord?> FindAsync(string kind, string id, CancellationToken cancellationToken);

    /// <summary>Those that have not ended, in the order of their beginning.</summary>
    ValueTask<IReadOnlyList<HealthRecord>> ListOpenAsync(string kind, CancellationToken cancellationToken);

    /// <summary>Those that began in a span of time, the newest first.</summary>
    /// <param name="from">Microseconds of wall time, included.</param>
    /// <param name="before">Microseconds of wall time, not included.</param>
    /// <param name="beforeId">Of those that began at <paramref name="before"/> exactly, only those with a lower id; empty for none of them.</param>
    ValueTask<IReadOnlyList<HealthRecord>> ListAsync(
        string kind, long from, long before, string beforeId, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes what ended before a moment. What goes on is kept, however old it is.</summary>
    ValueTask<HealthWrite> PruneAsync(long endedBefore, CancellationToken cancellationToken);
}
