using System.Globalization;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Rate decks of connections under <c>/v1/decks</c> (docs/rates.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class DeckEndpoints(ApiBackend backend, OperatorDoor door) : IDisposable
{
    /// <summary>Longest sheet: some millions of rows.</summary>
    public const long MostSheetBytes = 256L * 1024 * 1024;

    private const int MostMappingBytes = 64 * 1024;
    private const int MostChanges = 20;
    private const int RowsAtOnce = 2_000;

    private static readonly string[] ImportParameters = ["dry_run", "valid_from", "note", "mapping"];
    private static readonly string[] PageParameters = ["limit", "before"];
    private static readonly string[] ActivateFields = ["expected", "valid_from", "note"];

    // A sheet of a million rows takes a core for seconds, and a hundred megabytes.
    private readonly SemaphoreSlim _imports = new(1);
    private RateDesk Desk => backend.Rates;

    public void Dispose() => _imports.Dispose();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/decks", ListAsync).Needs(Permission.ReadRates);
        routes.MapGet("/v1/decks/{connection}", ReadAsync).Needs(Permission.ReadRates);
        routes.MapPost("/v1/decks/{connection}/import", ImportAsync).Needs(Permission.ManageRates).RecordsItself();
        routes.MapPost("/v1/decks/{connection}/rollback", RollBackAsync).Needs(Permission.ManageRates).RecordsItself();
        routes.MapGet("/v1/decks/{connection}/mapping", ReadMappingAsync).Needs(Permission.ReadRates);
        routes.MapPut("/v1/decks/{connection}/mapping", PutMappingAsync).Needs(Permission.ManageRates).RecordsItself();
        routes.MapGet("/v1/decks/{connection}/revisions", ListRevisionsAsync).Needs(Permission.ReadRates);
        routes.MapDelete("/v1/decks/{connection}/revisions/{revision}", DeleteAsync).Needs(Permission.ManageRates).RecordsItself();
        routes.MapGet("/v1/decks/{connection}/revisions/{revision}/rows", ReadRowsAsync).Needs(Permission.ReadRates);
        routes.MapGet("/v1/decks/{connection}/revisions/{revision}/diff", DiffAsync).Needs(Permission.ReadRates);
        routes.MapPost("/v1/decks/{connection}/revisions/{revision}/activate", ActivateAsync).Needs(Permission.ManageRates).RecordsItself();
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        IReadOnlyList<ResourceName> stored = await Desk.Store.ListResourcesAsync(RateDocument.DeckKind, context.RequestAborted).ConfigureAwait(false);
        string[] names = [.. stored.Select(static s => s.Name).Union(Connections()).Order(StringComparer.Ordinal)];
        var heads = new List<RevisionHead>();
        foreach (string name in names) heads.Add(await Desk.Store.HeadAsync(RateDocument.Deck(name), context.RequestAborted).ConfigureAwait(false));
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("decks"u8);
        for (int i = 0; i < names.Length; i++) WriteDeck(answer.Writer, names[i], heads[i]);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name) return;
        RevisionHead head = await Desk.Store.HeadAsync(RateDocument.Deck(name), context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        WriteDeck(answer.Writer, name, head);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ListRevisionsAsync(HttpContext context)
    {
        if (!door.TryEnter(context, PageParameters, out Dictionary<string, string> query)) return;
        if (await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is { } name)
            await RevisionRequests.ListAsync(context, query, Desk.Store, RateDocument.Deck(name)).ConfigureAwait(false);
    }

    private async Task ImportAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ImportParameters, out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadFlag(context, query, "dry_run", out bool isDryRun)
            || !OperatorDoor.TryReadMoment(context, query.GetValueOrDefault("valid_from"), "valid_from", ProblemKind.ParameterInvalid, out DateTimeOffset? validFrom)
            || !OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author)
            || await FindAsync(context, mustBeConnection: true).ConfigureAwait(false) is not { } name
            || RevisionRequests.IsOfFile(context, Desk, RateDocument.Deck(name)))
            return;
        if (!ContentTypes.Is(context.Request, "text/csv") && !ContentTypes.Is(context.Request, "application/octet-stream"))
        {
            new Problem(ProblemKind.MediaType, "Expected text/csv, without a content encoding. How its text is encoded stands in the mapping.", "Content-Type").Send(context);
            return;
        }

        DeckMapping? mapping = await MappingAsync(context, name, query.GetValueOrDefault("mapping")).ConfigureAwait(false);
        if (mapping is null) return;
        if (!await _imports.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
        {
            new Problem(ProblemKind.Overloaded, "Another sheet is being imported; one goes at a time.") { RetryAfter = 5 }.Send(context);
            return;
        }

        try
        {
            RequestBody.Allow(context, MostSheetBytes);
            DeckImportResult result = await DeckImporter.ReadAsync(context.Request.Body, mapping, progress: null, context.RequestAborted).ConfigureAwait(false);
            if (result.Deck is null) SendRefusal(context, result);
            else await FinishAsync(context, name, result, validFrom, isDryRun, author).ConfigureAwait(false);
        }
        finally
        {
            _imports.Release();
        }
    }

    private async Task FinishAsync(
        HttpContext context, string name, DeckImportResult result, DateTimeOffset? validFrom, bool isDryRun, RevisionAuthor author)
    {
        DateTimeOffset now = backend.Time.GetUtcNow();
        DateTimeOffset moment = validFrom > now ? validFrom.Value : now;
        (RateDeck before, long against) = Desk.InForce(name);
        CurrencyTable currencies = Desk.Holder.Current.Definition.Currencies;
        RateDeckDiff diff = RateDeckDiff.Compare(before, result.Deck!, currencies, moment, MostChanges);
        Revision? revision = null;
        if (!isDryRun)
        {
            RevisionChange change = await Desk.Store.PutDraftAsync(
                RateDocument.Deck(name), RateDeckCodec.Write(result.Deck!), validFrom, author, context.RequestAborted).ConfigureAwait(false);
            if (!change.IsDone)
            {
                RevisionJson.SendChange(context, change);
                return;
            }

            revision = change.Revision;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteString("connection"u8, name);
        writer.WriteBoolean("dry_run"u8, isDryRun);
        writer.WriteNumber("rows"u8, result.Rows);
        writer.WriteNumber("zero_prices"u8, result.ZeroPrices);
        WriteTexts(writer, "columns"u8, result.Columns);
        WriteTexts(writer, "unknown_currencies"u8, Desk.UnknownCurrencies(result.Deck!, moment));
        writer.WritePropertyName("diff"u8);
        RevisionJson.Write(writer, diff, against, currencies.Base);
        writer.WritePropertyName("revision"u8);
        if (revision is null) writer.WriteNullValue();
        else RevisionJson.Write(writer, revision);
        writer.WriteEndObject();
        answer.Send(context, isDryRun ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    private static void SendRefusal(HttpContext context, DeckImportResult result) => BadRowsJson.Send(
        context,
        ProblemKind.DeckInvalid,
        result.Fault is not null
            ? $"The file cannot be read: {result.Fault}."
            : string.Create(CultureInfo.InvariantCulture, $"{result.BadRowCount} of {result.Rows} rows are not right; nothing was stored."),
        result.Rows,
        result.BadRowCount,
        result.BadRows,
        isCut: result.Fault is not null,
        result.Columns);

    private async Task ActivateAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name) return;
        if (RevisionRequests.IsOfFile(context, Desk, RateDocument.Deck(name))
            || await RevisionRequests.ReadChangeAsync(context, ActivateFields).ConfigureAwait(false) is not { } change) return;
        if (!RevisionJson.TryReadNumber(context, out long number)) return;
        if (!OperatorDoor.TryReadMoment(context, change.Body.Text("valid_from"), "valid_from", ProblemKind.FieldInvalid, out DateTimeOffset? validFrom)) return;
        RevisionJson.SendChange(
            context,
            await Desk.ActivateDeckAsync(name, number, change.Body.Number("expected"), validFrom, change.Author, context.RequestAborted).ConfigureAwait(false));
    }

    private async Task RollBackAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name) return;
        if (RevisionRequests.IsOfFile(context, Desk, RateDocument.Deck(name))) return;
        await RevisionRequests.RollBackAsync(
            context, (expected, to, author) => Desk.RollBackAsync(RateDocument.Deck(name), expected, to, author, context.RequestAborted)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["note"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author)
            || await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name
            || !RevisionJson.TryReadNumber(context, out long number))
            return;
        RevisionJson.SendChange(context, await Desk.Store.DeleteDraftAsync(RateDocument.Deck(name), number, author, context.RequestAborted).ConfigureAwait(false));
    }

    private async Task DiffAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["against", "at"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadNumber(context, query, "against", 0, long.MaxValue, out long against)
            || !OperatorDoor.TryReadMoment(context, query.GetValueOrDefault("at"), "at", ProblemKind.ParameterInvalid, out DateTimeOffset? at)
            || await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name
            || !RevisionJson.TryReadNumber(context, out long number))
            return;
        Revision? revision = await Desk.Store.FindAsync(RateDocument.Deck(name), number, context.RequestAborted).ConfigureAwait(false);
        RateDeck? after = await Desk.ReadDeckAsync(name, number, context.RequestAborted).ConfigureAwait(false);
        (RateDeck? before, long compared) = Desk.InForce(name);
        if (against > 0) (before, compared) = (await Desk.ReadDeckAsync(name, against, context.RequestAborted).ConfigureAwait(false), against);
        if (revision is null || after is null || before is null)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
            return;
        }

        DateTimeOffset now = backend.Time.GetUtcNow();
        DateTimeOffset moment = at ?? (revision.ValidFrom > now ? revision.ValidFrom.Value : now);
        CurrencyTable currencies = Desk.Holder.Current.Definition.Currencies;
        RateDeckDiff diff = RateDeckDiff.Compare(before, after, currencies, moment, MostChanges);
        JsonAnswer answer = JsonAnswer.Rent();
        RevisionJson.Write(answer.Writer, diff, compared, currencies.Base);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ReadRowsAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["format"], out Dictionary<string, string> query)) return;
        string format = query.GetValueOrDefault("format", "json");
        if (format is not ("json" or "csv"))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected json or csv.", "format").Send(context);
            return;
        }

        if (await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name) return;
        RateDeck? deck;
        if ((string)context.Request.RouteValues["revision"]! == "in_force") (deck, _) = Desk.InForce(name);
        else if (RevisionJson.TryReadNumber(context, out long number)) deck = await Desk.ReadDeckAsync(name, number, context.RequestAborted).ConfigureAwait(false);
        else return;
        if (deck is null) new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
        else if (format == "csv") await SendCsvAsync(context, deck).ConfigureAwait(false);
        else await SendJsonAsync(context, deck).ConfigureAwait(false);
    }

    // A million rows are many megabytes: they go out as they are made.
    private static async Task SendCsvAsync(HttpContext context, RateDeck deck)
    {
        context.Response.ContentType = "text/csv; charset=utf-8; header=present";
        await context.Response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes(DeckSheet.Header), context.RequestAborted).ConfigureAwait(false);
        for (int row = 0; row < deck.Count; row += RowsAtOnce)
        {
            DeckSheet.Write(deck, row, RowsAtOnce, context.Response.BodyWriter);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static async Task SendJsonAsync(HttpContext context, RateDeck deck)
    {
        context.Response.ContentType = JsonAnswer.Json;
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rows"u8);
            for (int row = 0; row < deck.Count; row++)
            {
                RevisionJson.Write(writer, deck[row]);
                if ((row + 1) % RowsAtOnce != 0) continue;
                await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    private async Task ReadMappingAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || await FindAsync(context, mustBeConnection: false).ConfigureAwait(false) is not { } name) return;
        (_, byte[]? text) = await Desk.ReadMappingAsync(name, context.RequestAborted).ConfigureAwait(false);
        if (text is null)
        {
            new Problem(ProblemKind.NotFound, "No mapping is saved: columns are found by their usual names.").Send(context);
            return;
        }

        context.Response.ContentType = "application/yaml";
        context.Response.ContentLength = text.Length;
        await context.Response.BodyWriter.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task PutMappingAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["note"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author)
            || await FindAsync(context, mustBeConnection: true).ConfigureAwait(false) is not { } name)
            return;
        byte[] text = await RequestBody.ReadAllAsync(context).ConfigureAwait(false);
        if (ReadMapping(context, text) is null) return;

        // It says how to read and changes nothing that is in force: the last one that is saved counts.
        RevisionHead head = await Desk.Store.HeadAsync(RateDocument.Mapping(name), context.RequestAborted).ConfigureAwait(false);
        RevisionJson.SendChange(
            context, await Desk.Store.PublishAsync(RateDocument.Mapping(name), text, head.LastActivated, author, context.RequestAborted).ConfigureAwait(false));
    }

    private async Task<DeckMapping?> MappingAsync(HttpContext context, string name, string? given)
    {
        if (given is not null) return ReadMapping(context, Encoding.UTF8.GetBytes(given));
        (DeckMapping? saved, byte[]? text) = await Desk.ReadMappingAsync(name, context.RequestAborted).ConfigureAwait(false);
        return saved ?? (text is null ? new() : ReadMapping(context, text));
    }

    private static DeckMapping? ReadMapping(HttpContext context, byte[] text)
    {
        var errors = new ConfigErrors("mapping");
        if (text.Length > MostMappingBytes) errors.Add(1, "", $"is longer than {MostMappingBytes} octets");
        else if (RateDocument.ReadMapping(text, errors) is { } mapping) return mapping;
        new Problem(ProblemKind.ConfigurationInvalid, string.Join('\n', errors.Errors), errors.Errors[0].Key).Send(context);
        return null;
    }

    // A connection, or, where something is to be read, one that has or had a deck.
    private async Task<string?> FindAsync(HttpContext context, bool mustBeConnection)
    {
        string name = (string)context.Request.RouteValues["connection"]!;
        if (Connections().Contains(name)) return name;
        bool isKnown = !mustBeConnection && ResourceName.IsWord(name)
            && (await Desk.Store.ListAsync(RateDocument.Deck(name), 0, 1, context.RequestAborted).ConfigureAwait(false)).Count > 0;
        if (isKnown) return name;
        new Problem(ProblemKind.NotFound, "There is no such connection.").Send(context);
        return null;
    }

    private IEnumerable<string> Connections() => backend.Connections.ConnectionOptions().Select(static connection => connection.Name);

    private void WriteDeck(Utf8JsonWriter writer, string name, RevisionHead head)
    {
        bool isOfFile = Desk.IsOfFile(RateDocument.Deck(name));
        writer.WriteStartObject();
        writer.WriteString("connection"u8, name);
        writer.WriteString("source"u8, isOfFile ? "file"u8 : head.LastActivated > 0 ? "store"u8 : "none"u8);
        writer.WriteNumber("prices"u8, Desk.Holder.Current.Cost(name)?.Count ?? 0);
        (RateDeck deck, _) = Desk.InForce(name);
        writer.WriteNumber("rows"u8, deck.Count);
        WriteTexts(writer, "currencies"u8, deck.CurrencyNames);
        long next = deck.NextAfter(backend.Time.GetUtcMicros());
        writer.WriteMicros("next_change"u8, next == long.MaxValue ? 0 : next);
        RevisionJson.WriteHead(writer, head);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
