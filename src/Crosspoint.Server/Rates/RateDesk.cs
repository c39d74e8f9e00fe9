using System.Collections.Immutable;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Rates;

/// <summary>
/// Where prices meet: those of the configuration file, those of the store, and the book that is made of both. What the file names is the file's, and is not
/// changed here; all else lives in the store. Every change of prices goes through here, so that the book in force is what the store says before the change is
/// answered.
/// </summary>
public sealed partial class RateDesk : IDisposable
{
    private readonly RateOptions _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1);
    private ImmutableDictionary<string, IReadOnlyList<DatedDeck>> _decks = ImmutableDictionary<string, IReadOnlyList<DatedDeck>>.Empty;

    private RateDesk(IRevisionStore store, RateOptions file, TimeProvider time, ILoggerFactory loggers)
    {
        Store = store;
        _file = file;
        _time = time;
        _logger = loggers.CreateLogger<RateDesk>();
        foreach ((string connection, RateDeck deck) in file.Decks) _decks = _decks.SetItem(connection, [new(deck, 0, long.MinValue)]);
        Holder = new(
            new() { Currencies = file.Currencies ?? CurrencyTable.Default, Decks = _decks, Fees = file.Fees ?? [], Sell = file.Sell ?? [] },
            time, loggers.CreateLogger<RateBookHolder>());
    }

    /// <summary>The book in force, for those who route by it.</summary>
    public RateBookHolder Holder { get; }

    public IRevisionStore Store { get; }

    /// <summary>Loads what is in force and scheduled. A deck that cannot be read is left out, and told in the log.</summary>
    public static async Task<RateDesk> OpenAsync(
        IRevisionStore store, RateOptions file, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var desk = new RateDesk(store, file, time, loggers);
        RateDefinition definition = desk.Holder.Current.Definition;
        foreach (ResourceName resource in await store.ListResourcesAsync(RateDocument.DeckKind, cancellationToken).ConfigureAwait(false))
            await desk.LoadDeckAsync(resource, cancellationToken).ConfigureAwait(false);
        foreach (string name in RateDocument.Names) definition = await desk.LoadDocumentAsync(definition, name, cancellationToken).ConfigureAwait(false);
        desk.Holder.Replace(definition with { Decks = desk._decks });
        return desk;
    }

    /// <summary>Whether the configuration file says what a resource is.</summary>
    public bool IsOfFile(ResourceName resource) => resource switch
    {
        { Kind: RateDocument.DeckKind } => _file.Decks.ContainsKey(resource.Name),
        { Kind: RateDocument.RatesKind, Name: RateDocument.Currencies } => _file.Currencies is not null,
        { Kind: RateDocument.RatesKind, Name: RateDocument.Fees } => _file.Fees is not null,
        { Kind: RateDocument.RatesKind, Name: RateDocument.Sell } => _file.Sell is not null,
        _ => false,
    };

    /// <summary>A deck of the store; null when there is no such revision.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public async Task<RateDeck?> ReadDeckAsync(string connection, long revision, CancellationToken cancellationToken)
    {
        DatedDeck? held = _decks.GetValueOrDefault(connection)?.FirstOrDefault(dated => dated.Revision == revision && revision > 0);
        if (held is not null) return held.Deck;
        byte[]? payload = await Store.ReadAsync(RateDocument.Deck(connection), revision, cancellationToken).ConfigureAwait(false);
        return payload is null ? null : RateDeckCodec.Read(payload);
    }

    /// <summary>The deck in force; an empty one where there is none.</summary>
    public (RateDeck Deck, long Revision) InForce(string connection)
    {
        long now = _time.GetUtcMicros();
        DatedDeck? dated = _decks.GetValueOrDefault(connection)?.LastOrDefault(dated => dated.From <= now);
        return dated is null ? (RateDeck.Empty, 0) : (dated.Deck, dated.Revision);
    }

    /// <summary>The saved mapping of a connection's sheets; null for none.</summary>
    public async Task<(DeckMapping? Mapping, byte[]? Text)> ReadMappingAsync(string connection, CancellationToken cancellationToken)
    {
        RevisionHead head = await Store.HeadAsync(RateDocument.Mapping(connection), cancellationToken).ConfigureAwait(false);
        if (head.InForce is not { } revision) return (null, null);
        byte[]? text = await Store.ReadAsync(revision.Resource, revision.Number, cancellationToken).ConfigureAwait(false);
        return text is null ? (null, null) : (RateDocument.ReadMapping(text, new("mapping")), text);
    }

    /// <summary>Currencies of a deck whose price is not known at a moment.</summary>
    public IReadOnlyList<string> UnknownCurrencies(RateDeck deck, DateTimeOffset moment)
    {
        CurrencyTable currencies = Holder.Current.Definition.Currencies;
        return [.. deck.CurrencyNames.Where(currency => currencies.RateAt(currency, Micros.From(moment)) == 0).Order(StringComparer.Ordinal)];
    }

    /// <summary>Activates a draft of a deck; refused while the price of one of its currencies is not known.</summary>
    public Task<RevisionChange> ActivateDeckAsync(
        string connection, long number, long? expected, DateTimeOffset? validFrom, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                ResourceName resource = RateDocument.Deck(connection);
                if (await Store.FindAsync(resource, number, cancellationToken).ConfigureAwait(false) is { State: RevisionState.Draft } draft
                    && await ReadDeckAsync(connection, number, cancellationToken).ConfigureAwait(false) is { } deck)
                {
                    DateTimeOffset from = validFrom ?? draft.ValidFrom ?? _time.GetUtcNow();
                    IReadOnlyList<string> unknown = UnknownCurrencies(deck, from > _time.GetUtcNow() ? from : _time.GetUtcNow());
                    if (unknown.Count > 0)
                    {
                        return new(
                            RevisionOutcome.WrongState, draft,
                            Detail: $"the deck is in {string.Join(", ", unknown)}, whose price in {Holder.Current.Currency} is not known then: state it in the currencies first");
                    }
                }

                return await Store.ActivateAsync(resource, number, expected, validFrom, author, cancellationToken).ConfigureAwait(false);
            },
            RateDocument.Deck(connection), cancellationToken);

    /// <summary>Goes back to an earlier revision of a deck or a document; refused where that leaves prices in a currency whose own price is not known.</summary>
    public Task<RevisionChange> RollBackAsync(
        ResourceName resource, long expected, long? to, RevisionAuthor author, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                long target = to ?? await Store.FindRollBackAsync(resource, cancellationToken).ConfigureAwait(false);
                if (target > 0 && await WhyNotAsync(resource, target, cancellationToken).ConfigureAwait(false) is { } reason)
                    return new(RevisionOutcome.WrongState, Detail: $"revision {target} of {resource} {reason}");
                return await Store.RollBackAsync(resource, expected, to, author, cancellationToken).ConfigureAwait(false);
            },
            resource, cancellationToken);

    /// <summary>Stores a document and puts it into force. Errors say what is wrong with it; nothing is stored then.</summary>
    public Task<RevisionChange> PublishAsync(
        string name, byte[] text, IReadOnlyCollection<string> connections, IReadOnlyCollection<string> accounts, long expected, bool isDryRun,
        RevisionAuthor author, IList<ConfigError> faults, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var errors = new ConfigErrors("body");
                RateDefinition? wanted = RateDocument.Apply(Holder.Current.Definition, name, text, new(connections, accounts), errors);
                if (wanted is not null)
                {
                    foreach (string currency in Uncovered(wanted)) errors.Add(1, name, Leaves(currency, wanted));
                }

                foreach (ConfigError error in errors.Errors) faults.Add(error);
                if (faults.Count > 0 || isDryRun) return new(RevisionOutcome.WrongState);
                return await Store.PublishAsync(RateDocument.Resource(name), text, expected, author, cancellationToken).ConfigureAwait(false);
            },
            RateDocument.Resource(name), cancellationToken);

    public void Dispose()
    {
        Holder.Dispose();
        _gate.Dispose();
    }

    // Currencies that have a price now, or that nothing is stated in, and would be needed without one.
    private IEnumerable<string> Uncovered(RateDefinition wanted)
    {
        RateBook current = Holder.Current;
        return RateBook.Compile(wanted, _time.GetUtcNow(), 0, current).UnknownCurrencies.Except(current.UnknownCurrencies);
    }

    private static string Leaves(string currency, RateDefinition wanted) =>
        $"leaves prices that hold now in {currency} without its price in {wanted.Currencies.Base}";

    // Null when it may be gone back to, and where the store says what is wrong with it.
    private async Task<string?> WhyNotAsync(ResourceName resource, long number, CancellationToken cancellationToken)
    {
        RateDefinition definition = Holder.Current.Definition;
        RateDefinition? wanted;
        if (resource.Kind == RateDocument.DeckKind)
        {
            if (await ReadDeckAsync(resource.Name, number, cancellationToken).ConfigureAwait(false) is not { } deck) return null;
            wanted = definition with { Decks = _decks.SetItem(resource.Name, [new(deck, number, long.MinValue)]) };
        }
        else
        {
            if (await Store.ReadAsync(resource, number, cancellationToken).ConfigureAwait(false) is not { } text) return null;
            var errors = new ConfigErrors(resource.ToString());
            wanted = RateDocument.Apply(definition, resource.Name, text, RateNames.Unchecked, errors);
            if (wanted is null) return $"cannot be read any more: {string.Join("; ", errors.Errors)}";
        }

        string[] uncovered = [.. Uncovered(wanted).Select(currency => Leaves(currency, wanted))];
        return uncovered.Length == 0 ? null : string.Join("; ", uncovered);
    }

    // Change, then book, one change at a time: the last one in the store is the last one in force.
    private async Task<RevisionChange> AloneAsync(Func<Task<RevisionChange>> change, ResourceName resource, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            RevisionChange result = await change().ConfigureAwait(false);

            // A conflict may be another process's doing; what it did is taken up as well.
            if (result.Outcome is RevisionOutcome.Done or RevisionOutcome.Conflict && !IsOfFile(resource)) await ReloadAsync(resource).ConfigureAwait(false);
            return result;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ReloadAsync(ResourceName resource)
    {
        RateDefinition definition = Holder.Current.Definition;
        if (resource.Kind == RateDocument.DeckKind) await LoadDeckAsync(resource, CancellationToken.None).ConfigureAwait(false);
        else if (resource.Kind == RateDocument.RatesKind) definition = await LoadDocumentAsync(definition, resource.Name, CancellationToken.None).ConfigureAwait(false);
        else return;
        RateDefinition wanted = definition with { Decks = _decks };
        await Task.Run(() => Holder.Replace(wanted)).ConfigureAwait(false);
    }

    private async Task LoadDeckAsync(ResourceName resource, CancellationToken cancellationToken)
    {
        if (IsOfFile(resource)) return;
        RevisionHead head = await Store.HeadAsync(resource, cancellationToken).ConfigureAwait(false);
        var dated = new List<DatedDeck>();

        // A clock that is set back must not take away what is in force: that holds from ever.
        foreach (Revision revision in head.InForce is null ? head.Scheduled : [head.InForce, .. head.Scheduled])
        {
            try
            {
                if (await ReadDeckAsync(resource.Name, revision.Number, cancellationToken).ConfigureAwait(false) is { } deck)
                    dated.Add(new(deck, revision.Number, revision == head.InForce ? long.MinValue : Micros.From(revision.ValidFrom!.Value)));
            }
            catch (InvalidDataException error)
            {
                Log.DeckUnreadable(_logger, resource.Name, revision.Number, error.Message);
            }
        }

        _decks = dated.Count == 0 ? _decks.Remove(resource.Name) : _decks.SetItem(resource.Name, dated);
    }

    private async Task<RateDefinition> LoadDocumentAsync(RateDefinition definition, string name, CancellationToken cancellationToken)
    {
        ResourceName resource = RateDocument.Resource(name);
        if (IsOfFile(resource)) return definition;
        RevisionHead head = await Store.HeadAsync(resource, cancellationToken).ConfigureAwait(false);
        if (head.InForce is not { } revision) return definition;
        byte[] text = await Store.ReadAsync(resource, revision.Number, cancellationToken).ConfigureAwait(false) ?? [];
        var errors = new ConfigErrors(resource.ToString());
        RateDefinition? read = RateDocument.Apply(definition, name, text, RateNames.Unchecked, errors);
        if (read is null) Log.DocumentUnreadable(_logger, resource.ToString(), revision.Number, string.Join("; ", errors.Errors));
        return read ?? definition;
    }

    private static partial class Log
    {
        [LoggerMessage(4300, LogLevel.Error, "Revision {Revision} of the deck of {Connection} cannot be read, its prices are missing: {Reason}")]
        public static partial void DeckUnreadable(ILogger logger, string connection, long revision, string reason);

        [LoggerMessage(4301, LogLevel.Error, "Revision {Revision} of {Resource} cannot be read, the one before stays: {Reason}")]
        public static partial void DocumentUnreadable(ILogger logger, string resource, long revision, string reason);
    }
}
