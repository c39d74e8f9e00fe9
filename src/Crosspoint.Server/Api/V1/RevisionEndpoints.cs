using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Health;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rates;
using Crosspoint.Server.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// Everything that has revisions, of whatever kind, under <c>/v1/revisions</c>: what is in force, its revisions, and two of them compared. Changes are made where the
/// kind has its own endpoints. What opens accounts is not among the kinds.
/// </summary>
internal sealed class RevisionEndpoints(ApiBackend backend, OperatorDoor door)
{
    private static readonly Permission[] AnyOf = [Permission.ReadAccounts, Permission.ReadRates, Permission.ReadRouting, Permission.ReadOperation];

    private static readonly Kind[] Kinds =
    [
        new(AccountDocument.Kind, Permission.ReadAccounts),
        new(RateDocument.DeckKind, Permission.ReadRates, IsText: false),
        new(FailoverDesk.Resource.Kind, Permission.ReadOperation),
        new(RateDocument.MappingKind, Permission.ReadRates),
        new(RateDocument.RatesKind, Permission.ReadRates),
        new(RoutingDocument.Plan.Kind, Permission.ReadRouting, Name: RoutingDocument.Plan.Name),
    ];

    private IRevisionStore Store => backend.Rates.Store;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/revisions", ListAsync).Needs(AnyOf);
        routes.MapGet("/v1/revisions/{kind}/{name}", ReadAsync).Needs(AnyOf);
        routes.MapGet("/v1/revisions/{kind}/{name}/{revision}/diff", CompareAsync).Needs(AnyOf);
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["kind", "limit", "cursor"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadNumber(context, query, "limit", 100, 1_000, out long limit)) return;
        string? only = query.GetValueOrDefault("kind");
        if (only is not null && !Array.Exists(Kinds, kind => kind.Word == only))
        {
            new Problem(ProblemKind.ParameterInvalid, $"Expected one of: {string.Join(", ", Kinds.Select(static kind => kind.Word))}.", "kind").Send(context);
            return;
        }

        string after = query.GetValueOrDefault("cursor", "");
        int most = (int)Math.Max(limit, 1);
        var page = new List<(ResourceName Resource, RevisionHead Head)>();
        foreach (Kind kind in Kinds)
        {
            if (page.Count == most || (only is not null && kind.Word != only) || !MaySee(context, kind)) continue;
            foreach (ResourceName resource in await Store.ListResourcesAsync(kind.Word, context.RequestAborted).ConfigureAwait(false))
            {
                if (page.Count == most || !kind.Holds(resource.Name) || string.CompareOrdinal(resource.ToString(), after) <= 0) continue;
                page.Add((resource, await Store.HeadAsync(resource, context.RequestAborted).ConfigureAwait(false)));
            }
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("resources"u8);
        foreach ((ResourceName resource, RevisionHead head) in page)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("kind"u8, resource.Kind);
            answer.Writer.WriteString("name"u8, resource.Name);
            RevisionJson.WriteHead(answer.Writer, head);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        if (page.Count == most) answer.Writer.WriteString("next_cursor"u8, page[^1].Resource.ToString());
        else answer.Writer.WriteNull("next_cursor"u8);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["limit", "before"], out Dictionary<string, string> query) || !TryFind(context, out _, out ResourceName resource)) return;
        await RevisionRequests.ListAsync(context, query, Store, resource).ConfigureAwait(false);
    }

    private async Task CompareAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["against"], out Dictionary<string, string> query) || !TryFind(context, out Kind kind, out ResourceName resource)) return;
        if (!RevisionJson.TryReadNumber(context, out long number) || !OperatorDoor.TryReadNumber(context, query, "against", -1, long.MaxValue, out long against)) return;
        if (!kind.IsText)
        {
            new Problem(ProblemKind.NotSupported, "Rate decks are compared under /v1/decks, row by row.", "kind").Send(context);
            return;
        }

        Revision? revision = await Store.FindAsync(resource, number, context.RequestAborted).ConfigureAwait(false);
        if (against < 0) against = revision?.Parent ?? 0;
        byte[]? after = await Store.ReadAsync(resource, number, context.RequestAborted).ConfigureAwait(false);
        byte[]? before = against == 0 ? [] : await Store.ReadAsync(resource, against, context.RequestAborted).ConfigureAwait(false);
        if (after is null || before is null)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
            return;
        }

        List<LineDiff.Line> lines = LineDiff.Compare(TextOf(before), TextOf(after));
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteNumber("revision"u8, number);
        answer.Writer.WriteNumber("against"u8, against);
        LineDiff.Write(answer.Writer, lines);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    // Orders of operators are kept on one line.
    private static string TextOf(byte[] text)
    {
        if (text.Length == 0 || text[0] != '[') return Encoding.UTF8.GetString(text);
        using JsonDocument document = JsonDocument.Parse(text);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) document.WriteTo(writer);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static bool TryFind(HttpContext context, out Kind kind, out ResourceName resource)
    {
        string word = (string)context.Request.RouteValues["kind"]!;
        string name = (string)context.Request.RouteValues["name"]!;
        resource = new(word, name);
        kind = Array.Find(Kinds, kind => kind.Word == word)!;
        if (kind is null || !kind.Holds(name) || !ResourceName.IsWord(name))
        {
            new Problem(ProblemKind.NotFound, $"Expected one of these kinds: {string.Join(", ", Kinds.Select(static kind => kind.Word))}.").Send(context);
            return false;
        }

        if (MaySee(context, kind)) return true;
        new Problem(ProblemKind.Forbidden, $"This takes the permission {Roles.NameOf(kind.Permission)}, which these roles have: {string.Join(", ", Roles.Which([kind.Permission]))}.").Send(context);
        return false;
    }

    private static bool MaySee(HttpContext context, Kind kind) => Caller.Of(context)?.May(kind.Permission) == true;

    /// <param name="IsText">Its revisions are texts, which can be compared line by line.</param>
    /// <param name="Name">The only one of its kind that concerns people; null for all.</param>
    private sealed record Kind(string Word, Permission Permission, bool IsText = true, string? Name = null)
    {
        public bool Holds(string name) => Name is null || Name == name;
    }
}
