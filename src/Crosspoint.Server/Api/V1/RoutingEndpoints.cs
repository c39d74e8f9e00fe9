using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>The routing plan and its revisions under <c>/v1/routing</c> (docs/routing.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class RoutingEndpoints(ApiBackend backend, OperatorDoor door)
{
    private static readonly string[] ActivateFields = ["expected", "note"];
    private static readonly string[] DescribeParameters = ["describe"];
    private static readonly string[] EditFields = ["plan", "action", "rule", "list", "connection", "place", "from", "to", "keys"];
    private static readonly string[] EditActions = ["move_rule", "enable", "disable", "move_connection", "flip", "add_rule", "set_rule", "remove_rule"];

    private RoutingDesk Desk => backend.Plans;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/routing", ReadHeadAsync).Needs(Permission.ReadRouting);
        routes.MapPost("/v1/routing/check", CheckAsync).Needs(Permission.ManageRouting).ChangesNothing();
        routes.MapPost("/v1/routing/edit", EditAsync).Needs(Permission.ManageRouting).ChangesNothing();
        routes.MapGet("/v1/routing/revisions", ListAsync).Needs(Permission.ReadRouting);
        routes.MapPost("/v1/routing/revisions", DraftAsync).Needs(Permission.ManageRouting).RecordsItself();
        routes.MapGet("/v1/routing/revisions/{revision}", ReadAsync).Needs(Permission.ReadRouting);
        routes.MapDelete("/v1/routing/revisions/{revision}", DeleteAsync).Needs(Permission.ManageRouting).RecordsItself();
        routes.MapGet("/v1/routing/revisions/{revision}/diff", DiffAsync).Needs(Permission.ReadRouting);
        routes.MapPost("/v1/routing/revisions/{revision}/activate", ActivateAsync).Needs(Permission.ManageRouting).RecordsItself();
        routes.MapPost("/v1/routing/rollback", RollBackAsync).Needs(Permission.ManageRouting).RecordsItself();
    }

    private async Task ReadHeadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        RevisionHead head = await Desk.Store.HeadAsync(RoutingDocument.Plan, context.RequestAborted).ConfigureAwait(false);
        RoutingPlan plan = Desk.Current;
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("rules"u8, plan.Rules.Count);
        writer.WriteNumber("lists"u8, plan.Lists.Count);
        writer.WriteStartArray("default"u8);
        foreach (string name in plan.Default) writer.WriteStringValue(name);
        writer.WriteEndArray();
        RevisionJson.WriteHead(writer, head);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["limit", "before"], out Dictionary<string, string> query)) return;
        await RevisionRequests.ListAsync(context, query, Desk.Store, RoutingDocument.Plan).ConfigureAwait(false);
    }

    /// <summary>What is to be said of a plan; nothing is stored.</summary>
    private async Task CheckAsync(HttpContext context)
    {
        if (!door.TryEnter(context, DescribeParameters, out Dictionary<string, string> query)
            || !OperatorDoor.TryReadFlag(context, query, "describe", out bool isDescribed))
            return;
        byte[] text = await ReadBodyAsync(context).ConfigureAwait(false);
        byte[]? inForce = isDescribed ? await ReadInForceAsync(context).ConfigureAwait(false) : null;
        var errors = new ConfigErrors("body");
        RoutingPlan? plan = Desk.Read(text, 0, errors);
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteFindings(answer.Writer, errors);
        if (isDescribed) WriteDescription(answer.Writer, plan, text, inForce);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    /// <summary>Changes one thing of a plan in its text; nothing is stored.</summary>
    private async Task EditAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !RequestDoor.TryTakeJson(context)) return;
        RequestBody.Allow(context, 2L * RoutingDocument.MostBytes);
        FlatObject? read;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) read = FlatObject.Read(body.Span, EditFields, out problem);
        if (read is null)
        {
            problem.Send(context);
            return;
        }

        string text = read.Text("plan") ?? "";
        var errors = new ConfigErrors("plan");
        RoutingPlan? before = Desk.Read(Encoding.UTF8.GetBytes(text), 0, errors);
        if (before is null || PlanEdit.Of(text, before) is not { } edit)
        {
            if (!TrySendErrors(context, errors)) new Problem(ProblemKind.FieldInvalid, "Expected the text of a plan with the keys of 'routing'.", "plan").Send(context);
            return;
        }

        bool isDone = read.Text("action") switch
        {
            "move_rule" => edit.MoveRule(read.Text("rule") ?? "", read.Number("place") ?? 0),
            "enable" => edit.SetEnabled(read.Text("rule") ?? "", true),
            "disable" => edit.SetEnabled(read.Text("rule") ?? "", false),
            "move_connection" => edit.MoveConnection(read.Text("rule"), read.Text("list"), read.Text("connection") ?? "", read.Number("place") ?? 0),
            "flip" => CheckConnections(edit, read) && edit.Flip(read.Text("from")!, read.Text("to")!),
            "add_rule" => ReadKeys(edit, read.Text("keys")) is { } keys && edit.AddRule(keys, read.Number("place")),
            "set_rule" => ReadKeys(edit, read.Text("keys")) is { } keys && edit.SetRule(read.Text("rule") ?? "", keys),
            "remove_rule" => edit.RemoveRule(read.Text("rule") ?? ""),
            _ => edit.Fail("action", $"Expected one of: {string.Join(", ", EditActions)}."),
        };
        if (!isDone)
        {
            new Problem(ProblemKind.FieldInvalid, edit.Fault, edit.FaultField).Send(context);
            return;
        }

        byte[] after = Encoding.UTF8.GetBytes(edit.Text);
        byte[]? inForce = await ReadInForceAsync(context).ConfigureAwait(false);
        errors = new ConfigErrors("plan");
        RoutingPlan? plan = Desk.Read(after, 0, errors);
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("text"u8, edit.Text);
        RoutingPlanJson.WriteTexts(answer.Writer, "done"u8, edit.Done);
        RoutingPlanJson.WriteTexts(answer.Writer, "left"u8, edit.Left);
        WriteFindings(answer.Writer, errors);
        WriteDescription(answer.Writer, plan, after, inForce);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private bool CheckConnections(PlanEdit edit, FlatObject read)
    {
        foreach (string field in (string[])["from", "to"])
        {
            if (!backend.Connections.ConnectionOptions().Any(connection => connection.Name == read.Text(field))) return edit.Fail(field, "Expected the name of a connection.");
        }

        return true;
    }

    // Keys of a rule as text, as the plan itself.
    private static ConfigMap? ReadKeys(PlanEdit edit, string? text)
    {
        var errors = new ConfigErrors("keys");
        ConfigSection? keys = text is null ? null : ConfigText.Read(Encoding.UTF8.GetBytes(text), errors);
        if (keys is null) edit.Fail("keys", $"Expected a group of keys of a rule, as YAML or JSON{(errors.Errors.Count > 0 ? $": it {errors.Errors[0].Message}" : "")}.");
        return keys?.Map;
    }

    private async Task<byte[]?> ReadInForceAsync(HttpContext context)
    {
        RevisionHead head = await Desk.Store.HeadAsync(RoutingDocument.Plan, context.RequestAborted).ConfigureAwait(false);
        return head.InForce is { } revision ? await Desk.ReadTextAsync(revision.Number, context.RequestAborted).ConfigureAwait(false) : null;
    }

    // The plan in words, and what it changes; null where the text is no plan.
    private void WriteDescription(Utf8JsonWriter writer, RoutingPlan? plan, byte[] text, byte[]? inForce)
    {
        ConfigMap? keys = RoutingDocument.ReadKeys(text, new ConfigErrors("plan"));
        writer.WritePropertyName("plan"u8);
        if (plan is not null && keys is not null) RoutingPlanJson.Write(writer, plan, keys, backend.Rates.Holder.Current.Definition.Currencies.Base);
        else writer.WriteNullValue();
        ConfigMap? before = inForce is null ? null : RoutingDocument.ReadKeys(inForce, new ConfigErrors("plan"));
        writer.WritePropertyName("changes"u8);
        if (keys is null || before is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (RoutingChange change in RoutingDiff.Compare(before, keys)) Write(writer, change);
        writer.WriteEndArray();
    }

    private async Task DraftAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["note"], out Dictionary<string, string> query)
            || !OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author))
            return;
        byte[] text = await ReadBodyAsync(context).ConfigureAwait(false);
        var errors = new ConfigErrors("body");
        RevisionChange change = await Desk.DraftAsync(text, author, errors, context.RequestAborted).ConfigureAwait(false);
        if (TrySendErrors(context, errors)) return;
        if (!change.IsDone)
        {
            RevisionJson.SendChange(context, change);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WritePropertyName("revision"u8);
        RevisionJson.Write(answer.Writer, change.Revision!);
        WriteFindings(answer.Writer, errors);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status201Created);
    }

    /// <summary>A revision with its text, and what is to be said of it by now.</summary>
    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, DescribeParameters, out Dictionary<string, string> query)
            || !OperatorDoor.TryReadFlag(context, query, "describe", out bool isDescribed) || !RevisionJson.TryReadNumber(context, out long number))
            return;
        Revision? revision = await Desk.Store.FindAsync(RoutingDocument.Plan, number, context.RequestAborted).ConfigureAwait(false);
        byte[]? text = revision is null ? null : await Desk.ReadTextAsync(number, context.RequestAborted).ConfigureAwait(false);
        if (revision is null || text is null)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
            return;
        }

        byte[]? inForce = isDescribed ? await ReadInForceAsync(context).ConfigureAwait(false) : null;
        var errors = new ConfigErrors("plan");
        RoutingPlan? plan = Desk.Read(text, number, errors);
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WritePropertyName("revision"u8);
        RevisionJson.Write(answer.Writer, revision);
        answer.Writer.WriteString("text"u8, text);
        WriteFindings(answer.Writer, errors);
        if (isDescribed) WriteDescription(answer.Writer, plan, text, inForce);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task DiffAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["against"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadNumber(context, query, "against", 0, long.MaxValue, out long against) || !RevisionJson.TryReadNumber(context, out long number)) return;
        if (against == 0)
            against = (await Desk.Store.HeadAsync(RoutingDocument.Plan, context.RequestAborted).ConfigureAwait(false)).InForce?.Number ?? 0;
        byte[]? before = await Desk.ReadTextAsync(against, context.RequestAborted).ConfigureAwait(false);
        byte[]? after = await Desk.ReadTextAsync(number, context.RequestAborted).ConfigureAwait(false);
        var errors = new ConfigErrors("plan");
        if (before is null || after is null
            || RoutingDocument.ReadKeys(before, errors) is not { } old || RoutingDocument.ReadKeys(after, errors) is not { } now)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("against"u8, against);
        writer.WriteStartArray("changes"u8);
        foreach (RoutingChange change in RoutingDiff.Compare(old, now)) Write(writer, change);
        writer.WriteEndArray();
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ActivateAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !RevisionJson.TryReadNumber(context, out long number)
            || await RevisionRequests.ReadChangeAsync(context, ActivateFields).ConfigureAwait(false) is not { } change)
            return;
        var errors = new ConfigErrors("plan");
        RevisionChange done = await Desk.ActivateAsync(number, change.Body.Number("expected"), change.Author, errors, context.RequestAborted).ConfigureAwait(false);
        if (!TrySendErrors(context, errors)) RevisionJson.SendChange(context, done);
    }

    private async Task RollBackAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        await RevisionRequests.RollBackAsync(
            context, (expected, to, author) => Desk.RollBackAsync(expected, to, author, context.RequestAborted)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["note"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author) || !RevisionJson.TryReadNumber(context, out long number)) return;
        RevisionJson.SendChange(context, await Desk.Store.DeleteDraftAsync(RoutingDocument.Plan, number, author, context.RequestAborted).ConfigureAwait(false));
    }

    private static Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        RequestBody.Allow(context, RoutingDocument.MostBytes);
        return RequestBody.ReadAllAsync(context);
    }

    private static bool TrySendErrors(HttpContext context, ConfigErrors errors)
    {
        if (errors.Errors.Count == 0) return false;
        Problem.OfConfiguration(errors.Errors).Send(context);
        return true;
    }

    private static void WriteFindings(Utf8JsonWriter writer, ConfigErrors errors)
    {
        writer.WriteBoolean("usable"u8, errors.Errors.Count == 0);
        writer.WriteStartArray("findings"u8);
        foreach (ConfigError error in errors.Errors) Write(writer, "error"u8, error);
        foreach (ConfigError warning in errors.Warnings) Write(writer, "warning"u8, warning);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> severity, ConfigError error)
    {
        writer.WriteStartObject();
        writer.WriteString("severity"u8, severity);
        writer.WriteNumber("line"u8, error.Line);
        writer.WriteString("key"u8, error.Key);
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RoutingChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("what"u8, change.What);
        writer.WriteString("name"u8, change.Name);
        writer.WriteString("change"u8, change.Kind switch
        {
            RoutingChangeKind.New => "new"u8,
            RoutingChangeKind.Gone => "gone"u8,
            RoutingChangeKind.Moved => "moved"u8,
            _ => "changed"u8,
        });
        WritePlace(writer, "place_before"u8, change.Before);
        WritePlace(writer, "place_after"u8, change.After);
        writer.WriteStartArray("keys"u8);
        foreach (RoutingKeyChange key in change.Keys)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key.Key);
            writer.WritePropertyName("before"u8);
            writer.WriteRawValue(key.Before ?? "null", skipInputValidation: true);
            writer.WritePropertyName("after"u8);
            writer.WriteRawValue(key.After ?? "null", skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("text"u8, change.ToString());
        writer.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter writer, ReadOnlySpan<byte> name, int place)
    {
        if (place > 0) writer.WriteNumber(name, place);
        else writer.WriteNull(name);
    }
}
