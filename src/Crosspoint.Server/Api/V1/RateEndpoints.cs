using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rates;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Currencies, fees, sell prices, single prices with their parts, and the record of changes (docs/rates.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class RateEndpoints(ApiBackend backend, OperatorDoor door)
{
    private static readonly string[] PriceParameters = ["to", "network", "connection", "from", "campaign", "account"];

    private RateDesk Desk => backend.Rates;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/rates/price", PriceAsync).Needs(Permission.ReadRates);
        routes.MapGet("/v1/rates/{document}", ReadAsync).Needs(Permission.ReadRates);
        routes.MapPut("/v1/rates/{document}", PutAsync).Needs(Permission.ManageRates).RecordsItself();
        routes.MapGet("/v1/rates/{document}/revisions", ListRevisionsAsync).Needs(Permission.ReadRates);
        routes.MapPost("/v1/rates/{document}/rollback", RollBackAsync).Needs(Permission.ManageRates).RecordsItself();
        routes.MapGet("/v1/audit", AuditAsync).Needs(Permission.ReadAudit);
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["revision"], out Dictionary<string, string> query) || !TryFind(context, out string name)) return;
        if (!OperatorDoor.TryReadNumber(context, query, "revision", 0, long.MaxValue, out long number)) return;
        ResourceName resource = RateDocument.Resource(name);
        RevisionHead head = await Desk.Store.HeadAsync(resource, context.RequestAborted).ConfigureAwait(false);
        long shown = number > 0 ? number : head.InForce?.Number ?? 0;
        byte[]? text = shown == 0 ? null : await Desk.Store.ReadAsync(resource, shown, context.RequestAborted).ConfigureAwait(false);
        if (number > 0 && text is null)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        RateDefinition definition = Desk.Holder.Current.Definition;
        writer.WriteStartObject();
        writer.WriteString("document"u8, name);
        writer.WriteString("source"u8, Desk.IsOfFile(resource) ? "file"u8 : head.LastActivated > 0 ? "store"u8 : "none"u8);
        writer.WriteString("base"u8, definition.Currencies.Base);
        writer.WriteNumber("entries"u8, name switch
        {
            RateDocument.Currencies => definition.Currencies.Rates.Count,
            RateDocument.Fees => definition.Fees.Count,
            _ => definition.Sell.Count,
        });
        RevisionJson.WriteHead(writer, head);
        if (text is null) writer.WriteNull("text"u8);
        else writer.WriteString("text"u8, text);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["expected", "dry_run", "note"], out Dictionary<string, string> query) || !TryFind(context, out string name)) return;
        if (!OperatorDoor.TryReadNumber(context, query, "expected", 0, long.MaxValue, out long expected)
            || !OperatorDoor.TryReadFlag(context, query, "dry_run", out bool isDryRun)
            || !OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author)
            || RevisionRequests.IsOfFile(context, Desk, RateDocument.Resource(name)))
            return;
        if (!isDryRun && !query.ContainsKey("expected"))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected the revision that you know as the last activated ('last_activated'), 0 for none.", "expected").Send(context);
            return;
        }

        RequestBody.Allow(context, RateDocument.MostBytes);
        byte[] text = await RequestBody.ReadAllAsync(context).ConfigureAwait(false);
        var faults = new List<ConfigError>();
        string[] connections = [.. backend.Connections.ConnectionOptions().Select(static c => c.Name)];
        string[] accounts = [.. backend.Accounts.Accounts.Select(static a => a.Sid)];
        RevisionChange change = await Desk.PublishAsync(
            name, text, connections, accounts, expected, isDryRun, author, faults, context.RequestAborted).ConfigureAwait(false);
        if (faults.Count > 0)
        {
            Problem.OfConfiguration(faults).Send(context);
        }
        else if (isDryRun)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            RevisionJson.SendChange(context, change);
        }
    }

    private async Task ListRevisionsAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["limit", "before"], out Dictionary<string, string> query) || !TryFind(context, out string name)) return;
        await RevisionRequests.ListAsync(context, query, Desk.Store, RateDocument.Resource(name)).ConfigureAwait(false);
    }

    private async Task RollBackAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !TryFind(context, out string name) || RevisionRequests.IsOfFile(context, Desk, RateDocument.Resource(name))) return;
        await RevisionRequests.RollBackAsync(
            context, (expected, to, author) => Desk.RollBackAsync(RateDocument.Resource(name), expected, to, author, context.RequestAborted)).ConfigureAwait(false);
    }

    /// <summary>What a segment costs now, on each connection or on one, with all its parts.</summary>
    private Task PriceAsync(HttpContext context)
    {
        if (!door.TryEnter(context, PriceParameters, out Dictionary<string, string> query)) return Task.CompletedTask;
        if (TryReadDestination(context, query, out Destination destination) && TryReadSender(context, query, out RatedSender sender))
            SendPrices(context, query, destination, sender);
        return Task.CompletedTask;
    }

    private void SendPrices(HttpContext context, Dictionary<string, string> query, Destination destination, RatedSender sender)
    {
        string? account = query.GetValueOrDefault("account");
        string? only = query.GetValueOrDefault("connection");
        RateBook book = Desk.Holder.Current;
        string[] connections = [.. backend.Connections.ConnectionOptions().Select(static c => c.Name)];
        if ((account is not null && backend.Accounts.Find(account) is not Account) || (only is not null && !connections.Contains(only)))
        {
            new Problem(ProblemKind.ParameterInvalid, "There is none of that name.", account is null ? "connection" : "account").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteString("to"u8, destination.Number.ToString());
        writer.WriteString("country"u8, destination.Country);
        writer.WriteString("network"u8, destination.Network.ToString());
        writer.WriteString("currency"u8, book.Currency);
        writer.WriteNumber("book"u8, book.Revision);
        RevisionJson.WriteMoment(writer, "next_change"u8, book.NextChange);
        writer.WriteStartArray("connections"u8);
        foreach (string connection in connections)
        {
            if (only is not null && connection != only) continue;
            writer.WriteStartObject();
            writer.WriteString("connection"u8, connection);
            writer.WritePropertyName("cost"u8);
            if (book.Cost(connection)?.Explain(destination, sender) is { } price) RevisionJson.Write(writer, price);
            else writer.WriteNullValue();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (account is not null && book.Sell(account) is { } sell && sell.TryFind(destination, out long micros)) writer.WriteString("sell"u8, Price.FormatMicros(micros));
        else writer.WriteNull("sell"u8);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private bool TryReadDestination(HttpContext context, Dictionary<string, string> query, out Destination destination)
    {
        destination = default;

        // A plus that was not escaped comes as a blank.
        if (!E164.TryNormalize(query.GetValueOrDefault("to", ""), out E164 number))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected an international number, such as +4915112345678.", "to").Send(context);
            return false;
        }

        NetworkId network = default;
        if (query.TryGetValue("network", out string? text) && !NetworkId.TryParse(text, out network))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected MCC and MNC, such as 26201.", "network").Send(context);
            return false;
        }

        // As routing finds it, unless the question names a network.
        backend.Numbers.TryLocate(number, out Located located);
        destination = network.IsKnown ? located.Destination with { Network = Networks.Resolve(network), Source = NetworkSource.LookedUp } : located.Destination;
        return true;
    }

    private static bool TryReadSender(HttpContext context, Dictionary<string, string> query, out RatedSender sender)
    {
        sender = new(null, query.GetValueOrDefault("campaign"));
        if (!query.TryGetValue("from", out string? text)) return true;
        if (Senders.TryClassify(text, out SenderKind kind, out _))
        {
            sender = sender with { Kind = kind };
            return true;
        }

        new Problem(ProblemKind.ParameterInvalid, "Expected a sender: a number in E.164 form, a short code of 3 to 8 digits, or a name.", "from").Send(context);
        return false;
    }

    private async Task AuditAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["kind", "name", "by", "limit", "before"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadPage(context, query, out long before, out int limit)) return;
        string? kind = query.GetValueOrDefault("kind");
        var wanted = new AuditQuery(kind, query.GetValueOrDefault("name"), query.GetValueOrDefault("by"), before, limit);
        if (kind == IUserStore.AuditKind && Caller.Of(context)?.May(Permission.ReadUsers) != true)
        {
            new Problem(ProblemKind.Forbidden, $"The record of users is for: {string.Join(", ", Roles.Which([Permission.ReadUsers]))}.", "kind").Send(context);
            return;
        }

        IReadOnlyList<AuditEntry> entries = kind == IUserStore.AuditKind
            ? await backend.Identity.Store.ListAuditAsync(wanted, context.RequestAborted).ConfigureAwait(false)
            : await Desk.Store.ListAuditAsync(wanted, context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("entries"u8);
        foreach (AuditEntry entry in entries) RevisionJson.Write(answer.Writer, entry);
        answer.Writer.WriteEndArray();
        if (entries.Count == limit) answer.Writer.WriteNumber("next_before"u8, entries[^1].Id);
        else answer.Writer.WriteNull("next_before"u8);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static bool TryFind(HttpContext context, out string name)
    {
        name = (string)context.Request.RouteValues["document"]!;
        if (RateDocument.Names.Contains(name)) return true;
        new Problem(ProblemKind.NotFound, $"Expected one of: {string.Join(", ", RateDocument.Names)}.").Send(context);
        return false;
    }
}
