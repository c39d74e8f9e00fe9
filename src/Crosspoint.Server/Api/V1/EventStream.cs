using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Events;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// <c>GET /v1/events</c>: the event log as server-sent events (WHATWG HTML §9.2), from any event on and without end. A stream holds one
/// position; a reader that is slow reads from the log.
/// </summary>
internal sealed class EventStream(ApiBackend backend, CancellationToken stopping)
{
    // Readers beyond this are refused: each holds a connection and a buffer.
    private const int MaxStreams = 200;

    // Well under the 60 s after which proxies cut a silent connection.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private int _streams;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/events", StreamAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);

    private async Task StreamAsync(HttpContext context)
    {
        Account? account = RequestDoor.AccountOf(context, backend.Accounts);
        if (account is null && !Caller.IsStaffOf(context))
        {
            Problem.Unauthorized.Send(context);
            return;
        }

        EventFilter? filter = EventStreamQuery.Read(context.Request, account?.Sid, out long? after, out Problem problem);
        if (filter is null || !IsThere(after, out problem))
        {
            problem.Send(context);
            return;
        }

        // Filters by number would tell what the mask hides.
        if (Caller.IsMasked(context) && (filter.To ?? filter.From) is not null)
        {
            new Problem(ProblemKind.Forbidden, "Events are found by number only by roles that see numbers.").Send(context);
            return;
        }

        if (Interlocked.Increment(ref _streams) > MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            new Problem(ProblemKind.TooManyStreams).Send(context);
            return;
        }

        try
        {
            using EventReader reader = backend.Events.Open(filter, after ?? backend.Events.LastSequence);
            await SendEventsAsync(context, reader, new(context, account, backend.Accounts)).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private bool IsThere(long? after, out Problem problem)
    {
        problem = default;
        if (after is not (> 0 and { } id)) return true;
        long newest = backend.Events.LastSequence;
        if (id > newest)
        {
            problem = new(ProblemKind.EventUnknown, string.Create(CultureInfo.InvariantCulture, $"The newest event is {newest}."));
            return false;
        }

        long oldest = backend.Events.FirstSequence;
        if (id + 1 >= oldest) return true;
        string detail = string.Create(
            CultureInfo.InvariantCulture, $"The oldest event there is is {oldest}: go on after {oldest - 1}, or after 0 for all there are.");
        problem = new(ProblemKind.EventGone, detail) { Oldest = oldest };
        return false;
    }

    private async Task SendEventsAsync(HttpContext context, EventReader reader, Admission admission)
    {
        Caller? caller = Caller.Of(context);
        bool isMasked = Caller.IsMasked(context);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, stopping, caller?.Session?.Ended ?? CancellationToken.None);
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        PipeWriter output = response.BodyWriter;
        WritePosition(output, ": live\n"u8, reader.Position);
        using var timer = new PeriodicTimer(KeepAlive, backend.Time);
        Task<bool> tick = timer.WaitForNextTickAsync(ending.Token).AsTask();
        try
        {
            await output.FlushAsync(ending.Token).ConfigureAwait(false);
            while (!reader.IsTooOld && !IsOver(caller) && admission.Holds)
            {
                IReadOnlyList<LoggedEvent> events = await reader.ReadAsync(ending.Token).ConfigureAwait(false);
                for (int i = 0; i < events.Count; i++) Write(output, events[i], isMasked);

                // This is what waits for a slow reader; nothing is read for it meanwhile.
                if (events.Count > 0) await output.FlushAsync(ending.Token).ConfigureAwait(false);
                else if (tick.IsCompleted) tick = await BeatAsync(output, reader, timer, tick, ending.Token).ConfigureAwait(false);
                Task more = reader.WaitAsync();
                while (!more.IsCompleted && !IsOver(caller) && admission.Holds)
                {
                    await Task.WhenAny(more, tick).ConfigureAwait(false);
                    if (tick.IsCompleted) tick = await BeatAsync(output, reader, timer, tick, ending.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client left, the session ended, or the gateway stops: the stream ends here.
        }
    }

    // With where the reader is: a client that comes back need not go over what did not concern it.
    private static async Task<Task<bool>> BeatAsync(
        PipeWriter output, EventReader reader, PeriodicTimer timer, Task<bool> tick, CancellationToken cancellationToken)
    {
        await tick.ConfigureAwait(false);
        WritePosition(output, ": still here\n"u8, reader.Position);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return timer.WaitForNextTickAsync(cancellationToken).AsTask();
    }

    // A stream alone does not keep a session alive.
    private bool IsOver(Caller? caller) => caller?.Session is { } session && backend.Identity.IsOver(session);

    /// <summary>Whether an account may go on to read: its credentials are looked at again when accounts have changed.</summary>
    private sealed class Admission(HttpContext context, Account? account, AccountDirectory accounts)
    {
        private IReadOnlyList<Account> _seen = accounts.Accounts;

        public bool Holds
        {
            get
            {
                if (account is null || ReferenceEquals(_seen, accounts.Accounts)) return true;
                _seen = accounts.Accounts;
                return Caller.Of(context) is null
                    ? RequestDoor.AccountOf(context, accounts)?.Sid == account.Sid
                    : accounts.Find(account.Sid) is { IsEnabled: true };
            }
        }
    }

    private static void Write(PipeWriter output, in LoggedEvent entry, bool isMasked)
    {
        WriteId(output, entry.Sequence);
        output.Write("event: message\ndata: "u8);
        JsonAnswer answer = JsonAnswer.Rent();
        EventJson.Write(answer.Writer, isMasked ? entry with { Head = ContentMask.Of(entry.Head) } : entry);
        answer.CopyTo(output);
        output.Write("\n\n"u8);
    }

    // An id without data moves a client's Last-Event-ID and shows it no event.
    private static void WritePosition(PipeWriter output, ReadOnlySpan<byte> comment, long position)
    {
        output.Write(comment);
        WriteId(output, position);
        output.Write("\n"u8);
    }

    private static void WriteId(PipeWriter output, long id)
    {
        Span<byte> line = output.GetSpan(32);
        "id: "u8.CopyTo(line);
        Utf8Formatter.TryFormat(id, line[4..], out int digits);
        line[4 + digits] = (byte)'\n';
        output.Advance(5 + digits);
    }
}
