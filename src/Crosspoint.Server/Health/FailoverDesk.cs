using Crosspoint.Engine;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Health;

/// <summary>
/// Orders of operators about connections on networks, kept as revisions of one document: so each is on record with who gave it, and holds over restarts. Every
/// change goes through here, so that what holds is what the store says before the change is answered.
/// </summary>
public sealed partial class FailoverDesk : IDisposable
{
    /// <summary>Orders that may hold at once.</summary>
    public const int MostOrders = 1_000;

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1);

    public FailoverDesk(IRevisionStore store, IHealthControl control, TimeProvider time, ILoggerFactory loggers)
    {
        Store = store;
        Control = control;
        _time = time;
        _logger = loggers.CreateLogger<FailoverDesk>();
    }

    /// <summary>What the orders are stored as.</summary>
    public static ResourceName Resource { get; } = new("health", "overrides");

    public IHealthControl Control { get; }

    private IRevisionStore Store { get; }

    /// <summary>Gives the gateway the orders that hold from earlier runs.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        (IReadOnlyList<HealthOrder> orders, long number) = await ReadAsync(cancellationToken).ConfigureAwait(false);
        Control.TakeHealthOrders(orders);
        if (orders.Count > 0) Log.Loaded(_logger, orders.Count, number);
    }

    /// <summary>Gives an order, in place of one for the same scope.</summary>
    public Task<RevisionChange> PutAsync(HealthOrder order, string by, CancellationToken cancellationToken) => ChangeAsync(
        orders => orders.Count(other => other.Cell != order.Cell) >= MostOrders ? null : [.. orders.Where(other => other.Cell != order.Cell), order],
        $"{MostOrders} orders hold, which is the most that can be: take some back", by, $"{NameOf(order.Cell)} is {order}", cancellationToken);

    /// <summary>Takes an order back.</summary>
    public Task<RevisionChange> RemoveAsync(HealthCell cell, string by, string note, CancellationToken cancellationToken) => ChangeAsync(
        orders => orders.Any(other => other.Cell == cell) ? [.. orders.Where(other => other.Cell != cell)] : null,
        "", by, $"{NameOf(cell)} is released{(note.Length == 0 ? "" : $": {note}")}", cancellationToken);

    public void Dispose() => _gate.Dispose();

    // Null for an order that cannot be given, or is not there.
    private async Task<RevisionChange> ChangeAsync(
        Func<IReadOnlyList<HealthOrder>, HealthOrder[]?> change, string refusal, string by, string note, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (IReadOnlyList<HealthOrder> before, _) = await ReadAsync(cancellationToken).ConfigureAwait(false);
            long now = _time.GetUtcMicros();
            if (change([.. before.Where(order => order.Until > now)]) is not { } after)
                return new(refusal.Length == 0 ? RevisionOutcome.NotFound : RevisionOutcome.WrongState, Detail: refusal);
            RevisionHead head = await Store.HeadAsync(Resource, cancellationToken).ConfigureAwait(false);
            string kept = note.Length > RevisionAuthor.MostNoteCharacters ? note[..RevisionAuthor.MostNoteCharacters] : note;
            RevisionChange result = await Store.PublishAsync(
                Resource, HealthOrderDocument.Write(after), head.LastActivated, new(by, kept), CancellationToken.None).ConfigureAwait(false);

            // What is on record holds, whoever went away meanwhile.
            if (result.IsDone)
            {
                Control.TakeHealthOrders(after);
                Log.Changed(_logger, note, by);
            }

            return result;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(IReadOnlyList<HealthOrder> Orders, long Number)> ReadAsync(CancellationToken cancellationToken)
    {
        RevisionHead head = await Store.HeadAsync(Resource, cancellationToken).ConfigureAwait(false);
        if (head.InForce is not { } revision) return ([], 0);
        byte[] text = await Store.ReadAsync(Resource, revision.Number, cancellationToken).ConfigureAwait(false) ?? [];
        if (HealthOrderDocument.Read(text) is { } orders) return (orders, revision.Number);
        Log.Unreadable(_logger, revision.Number);
        return ([], revision.Number);
    }

    private static string NameOf(HealthCell cell) => cell.Country.Length > 0 && !cell.Network.IsKnown ? $"{cell}, all networks," : cell.ToString();

    private static partial class Log
    {
        [LoggerMessage(4450, LogLevel.Information, "Health: {Count} overrides of operators are on record, revision {Revision}")]
        public static partial void Loaded(ILogger logger, int count, long revision);

        [LoggerMessage(4451, LogLevel.Information, "Health: {Change}, as {Author} wants it")]
        public static partial void Changed(ILogger logger, string change, string author);

        [LoggerMessage(4452, LogLevel.Error, "Health: revision {Revision} of the overrides cannot be read, and none holds")]
        public static partial void Unreadable(ILogger logger, long revision);
    }
}
