using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Routing;

/// <summary>
/// Revisions of the routing plan, and which of them the gateway goes by. The configuration file is one of its authors: what it says becomes a
/// revision when it is another than last time, unless somebody else changed the plan meanwhile. Every change goes through here, so that the plan in
/// force is what the store says before the change is answered.
/// </summary>
public sealed partial class RoutingDesk : IDisposable
{
    private static readonly RevisionAuthor FileAuthor = new("configuration file");

    private readonly GatewayConfig _config;
    private readonly IRoutingControl _routing;
    private readonly IConnectionControl _connections;
    private readonly Func<IRateBook> _rates;
    private readonly Func<IReadOnlyList<Account>> _accounts;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1);

    /// <param name="connections">Those that plans may name.</param>
    /// <param name="rates">The prices in force, for what is to be said of a plan.</param>
    /// <param name="accounts">Those that plans may name.</param>
    public RoutingDesk(
        IRevisionStore store, GatewayConfig config, IRoutingControl routing, IConnectionControl connections, Func<IRateBook> rates,
        Func<IReadOnlyList<Account>> accounts, ILoggerFactory loggers)
    {
        _accounts = accounts;
        Store = store;
        _config = config;
        _routing = routing;
        _connections = connections;
        _rates = rates;
        _logger = loggers.CreateLogger<RoutingDesk>();
    }

    public IRevisionStore Store { get; }

    /// <summary>The plan that the gateway goes by.</summary>
    public RoutingPlan Current => _routing.Plan;

    /// <summary>
    /// Takes up what the configuration file says, and gives the gateway the plan in force. With a disk that takes nothing the file's plan holds until
    /// the process ends.
    /// </summary>
    /// <returns>Why the plan in force does not fit the configuration, so that nothing can be routed; null when all is well.</returns>
    public async Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> file = _config.RoutingText;
        if (!await TryImportAsync(file, cancellationToken).ConfigureAwait(false)) return null;
        RevisionHead head = await Store.HeadAsync(RoutingDocument.Plan, cancellationToken).ConfigureAwait(false);
        byte[] text = await Store.ReadAsync(RoutingDocument.Plan, head.InForce!.Number, cancellationToken).ConfigureAwait(false) ?? [];
        var errors = new ConfigErrors("plan");
        RoutingPlan? plan = text.AsSpan().SequenceEqual(file.Span)
            ? _config.Engine.Routing with { Revision = head.InForce.Number }
            : Read(text, head.InForce.Number, errors);
        string? fault = plan is null ? errors.Errors[0].ToString() : null;
        if (plan is not null && _routing.TakePlan(plan) is { Outcome: not ControlOutcome.Done } refused) fault = refused.Detail;
        return fault is null
            ? null
            : $"revision {head.InForce.Number} of the plan, which is in force, does not fit the configuration: {fault}. "
                + "Give it in the file what it names, or make the file's routing the plan in force with 'crosspoint routing apply'";
    }

    /// <summary>Makes the configuration file's routing the plan in force, whatever is now: for a gateway that does not run.</summary>
    /// <exception cref="InvalidOperationException">A gateway runs on the same directory, or the store cannot be used.</exception>
    public static async Task<RevisionChange> ApplyFileAsync(GatewayConfig config, TimeProvider time, RevisionAuthor author, CancellationToken cancellationToken)
    {
        SqliteRevisionStore store = JournalOpening.OpenRevisionsAlone(config, time);
        await using (store.ConfigureAwait(false))
        {
            RevisionHead head = await store.HeadAsync(RoutingDocument.Plan, cancellationToken).ConfigureAwait(false);
            RevisionChange change = await store.PublishAsync(
                RoutingDocument.Plan, config.RoutingText, head.LastActivated, author, cancellationToken).ConfigureAwait(false);
            if (!change.IsDone) return change;
            RevisionChange noted = await NoteFileAsync(store, config.RoutingText, cancellationToken).ConfigureAwait(false);
            return noted.IsDone ? change : noted;
        }
    }

    /// <summary>The text of a revision; null when there is none.</summary>
    public async Task<byte[]?> ReadTextAsync(long number, CancellationToken cancellationToken) =>
        await Store.ReadAsync(RoutingDocument.Plan, number, cancellationToken).ConfigureAwait(false);

    /// <summary>A plan out of its text, checked against what the gateway has now; null beside errors.</summary>
    /// <param name="number">The revision that it is, or may become.</param>
    internal RoutingPlan? Read(ReadOnlySpan<byte> text, long number, ConfigErrors errors)
    {
        IReadOnlyList<ConnectionOptions> connections = _connections.ConnectionOptions();
        EngineOptions engine = _config.Engine;
        RoutingPlan? plan = RoutingDocument.Read(
            text, number, engine with { Accounts = _accounts(), Connections = connections, RoutingSources = engine.RoutingSources with { Rates = _rates() } }, errors);
        if (plan is null) return null;
        foreach (string name in connections.Select(static c => c.Name).Except(engine.Connections.Select(static c => c.Name)))
        {
            if (plan.Default.Contains(name) || plan.WhoNames(name) is not null)
                errors.Warn(1, "", $"names '{name}', which was added at run time: without it in the configuration file the gateway will not start again with this plan");
        }

        return plan;
    }

    /// <summary>Stores a draft. Errors say what is wrong with it; nothing is stored then.</summary>
    internal async Task<RevisionChange> DraftAsync(byte[] text, RevisionAuthor author, ConfigErrors errors, CancellationToken cancellationToken) =>
        Read(text, 0, errors) is null
            ? new(RevisionOutcome.WrongState)
            : await Store.PutDraftAsync(RoutingDocument.Plan, text, null, author, cancellationToken).ConfigureAwait(false);

    /// <summary>Puts a draft into force. Errors say what is wrong with it by now; nothing is changed then.</summary>
    internal Task<RevisionChange> ActivateAsync(
        long number, long? expected, RevisionAuthor author, ConfigErrors errors, CancellationToken cancellationToken) =>
        AloneAsync(
            async _ =>
            {
                if (await Store.FindAsync(RoutingDocument.Plan, number, cancellationToken).ConfigureAwait(false) is { State: RevisionState.Draft }
                    && await ReadTextAsync(number, cancellationToken).ConfigureAwait(false) is { } text && Read(text, number, errors) is null)
                    return new(RevisionOutcome.WrongState);
                return await Store.ActivateAsync(RoutingDocument.Plan, number, expected, null, author, cancellationToken).ConfigureAwait(false);
            },
            author, cancellationToken);

    /// <summary>Puts an earlier revision into force again. Refused when it no longer fits what the gateway has.</summary>
    public Task<RevisionChange> RollBackAsync(long expected, long? to, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async before =>
            {
                // A refusal leaves no line in the record, so it is looked at first.
                long target = to ?? await Store.FindRollBackAsync(RoutingDocument.Plan, cancellationToken).ConfigureAwait(false);
                var errors = new ConfigErrors("plan");
                return before.LastActivated == expected
                    && await ReadTextAsync(target, cancellationToken).ConfigureAwait(false) is { } text && Read(text, target, errors) is null
                    ? DoesNotFit(target, before, errors.Errors[0].ToString())
                    : await Store.RollBackAsync(RoutingDocument.Plan, expected, to, author, cancellationToken).ConfigureAwait(false);
            },
            author, cancellationToken);

    public void Dispose() => _gate.Dispose();

    // Change, then plan, one change at a time: the last one in the store is the last one in force.
    private async Task<RevisionChange> AloneAsync(Func<RevisionHead, Task<RevisionChange>> change, RevisionAuthor author, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            RevisionHead before = await Store.HeadAsync(RoutingDocument.Plan, cancellationToken).ConfigureAwait(false);
            RevisionChange result = await change(before).ConfigureAwait(false);
            return result.IsDone ? await TakeAsync(result, before, author).ConfigureAwait(false) : result;
        }
        finally
        {
            _gate.Release();
        }
    }

    // What is on record is taken to its end, whoever goes away meanwhile. Only a connection that was removed in this moment can make it unfit.
    private async Task<RevisionChange> TakeAsync(RevisionChange change, RevisionHead before, RevisionAuthor author)
    {
        long number = change.Revision!.Number;
        byte[] text = await Store.ReadAsync(RoutingDocument.Plan, number, CancellationToken.None).ConfigureAwait(false) ?? [];
        var errors = new ConfigErrors("plan");
        RoutingPlan? plan = Read(text, number, errors);
        string? fault = plan is null ? errors.Errors[0].ToString() : null;
        if (plan is not null && _routing.TakePlan(plan) is { Outcome: not ControlOutcome.Done } refused) fault = refused.Detail;
        if (fault is null)
        {
            Log.Taken(_logger, number, author.By);
            return change;
        }

        await Store.RollBackAsync(
            RoutingDocument.Plan, number, before.InForce!.Number, author with { Note = $"revision {number} cannot be decided by" }, CancellationToken.None).ConfigureAwait(false);
        return DoesNotFit(number, before, fault);
    }

    private static RevisionChange DoesNotFit(long number, RevisionHead before, string fault) => new(
        RevisionOutcome.WrongState, LastActivated: before.LastActivated,
        Detail: $"revision {number} does not fit what the gateway has now, and {before.InForce!.Number} stays in force: {fault}");

    // False when the file's plan is to hold without a revision.
    private async Task<bool> TryImportAsync(ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        RevisionHead head = await Store.HeadAsync(RoutingDocument.Plan, cancellationToken).ConfigureAwait(false);
        byte[]? current = head.InForce is null ? null : await ReadTextAsync(head.InForce.Number, cancellationToken).ConfigureAwait(false);
        RevisionHead noted = await Store.HeadAsync(RoutingDocument.File, cancellationToken).ConfigureAwait(false);
        byte[]? last = noted.InForce is null ? null : await Store.ReadAsync(RoutingDocument.File, noted.InForce.Number, cancellationToken).ConfigureAwait(false);
        if (last is not null && current is not null && file.Span.SequenceEqual(last)) return true;
        if (current is null || (last is not null && current.AsSpan().SequenceEqual(last)))
        {
            RevisionChange change = await Store.PublishAsync(RoutingDocument.Plan, file, head.LastActivated, FileAuthor, cancellationToken).ConfigureAwait(false);
            if (!change.IsDone)
            {
                Log.NotStored(_logger, change.Detail);
                return false;
            }

            Log.FileTaken(_logger, change.Revision!.Number);
        }
        else if (!file.Span.SequenceEqual(current))
        {
            Log.FileLeft(_logger, head.InForce!.Number, head.InForce.ActivatedBy, Tell(current, file.Span));
            return true;
        }

        await NoteFileAsync(Store, file, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task<RevisionChange> NoteFileAsync(IRevisionStore store, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        RevisionHead noted = await store.HeadAsync(RoutingDocument.File, cancellationToken).ConfigureAwait(false);
        return await store.PublishAsync(RoutingDocument.File, file, noted.LastActivated, FileAuthor, cancellationToken).ConfigureAwait(false);
    }

    private static string Tell(ReadOnlySpan<byte> current, ReadOnlySpan<byte> file)
    {
        const int MostTold = 5;
        var errors = new ConfigErrors("plan");
        if (RoutingDocument.ReadKeys(current, errors) is not { } before || RoutingDocument.ReadKeys(file, errors) is not { } after) return "it cannot be read";
        IReadOnlyList<RoutingChange> changes = RoutingDiff.Compare(before, after);
        string more = changes.Count > MostTold ? $" and {changes.Count - MostTold} more" : "";
        return string.Join(", ", changes.Take(MostTold)) + more;
    }

    private static partial class Log
    {
        [LoggerMessage(4310, LogLevel.Information, "Routing: revision {Revision} of the plan is in force, activated by {Author}")]
        public static partial void Taken(ILogger logger, long revision, string author);

        [LoggerMessage(4311, LogLevel.Information, "Routing: what the configuration file says is revision {Revision} of the plan, and in force")]
        public static partial void FileTaken(ILogger logger, long revision);

        [LoggerMessage(4312, LogLevel.Warning, "Routing: the configuration file was changed, and so was the plan, by {Author}: revision {Revision} stays in force. In the file: {Changes}. 'crosspoint routing apply' takes the file's")]
        public static partial void FileLeft(ILogger logger, long revision, string author, string changes);

        [LoggerMessage(4313, LogLevel.Error, "Routing: the plan of the configuration file cannot be stored as a revision, and holds until the process ends: {Reason}")]
        public static partial void NotStored(ILogger logger, string reason);
    }
}
