using Crosspoint.Engine.Stores;
using Crosspoint.Server.Api.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api;

/// <summary>
/// Stands behind the gate and puts on record what those who run the gateway do by routes that say <see cref="RecordConventions.OnRecord"/>: after the endpoint
/// has succeeded, and before the answer leaves. So a brake can be pulled while the store of the record is full: what could not be written is an error in the log.
/// </summary>
internal sealed class RecordKeeper(OperatorRecord record)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RecordRule>() is { Kind.Length: > 0 } rule && Caller.IsStaffOf(context)
            ? KeepAsync(context, next, rule)
            : next(context);

    private async Task KeepAsync(HttpContext context, RequestDelegate next, RecordRule rule)
    {
        if (!OperatorDoor.TryReadAuthor(context, note: null, out RevisionAuthor author)) return;
        var entry = new RecordEntry { Action = rule.Action, Name = context.GetRouteValue(rule.Target) as string ?? "" };
        context.Features.Set(entry);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not BadHttpRequestException)
        {
            // It may have been done before this came between, and whoever goes away at the right moment must not go unseen.
            entry.IsOpen = true;
            await PutAsync(rule, entry, author).ConfigureAwait(false);
            throw;
        }

        bool isDone = context.Response.StatusCode is >= 200 and < 300;
        if (entry.IsOpen || (isDone && !entry.IsNothing)) await PutAsync(rule, entry, author).ConfigureAwait(false);
    }

    private async Task PutAsync(RecordRule rule, RecordEntry entry, RevisionAuthor author)
    {
        string note = !entry.IsOpen ? entry.Note : entry.Note.Length == 0 ? "It may or may not have been done" : $"{entry.Note} (it may or may not have been done)";
        await record.NoteAsync(new(rule.Kind, entry.Name), entry.Action, author with { Note = note }).ConfigureAwait(false);
    }
}
