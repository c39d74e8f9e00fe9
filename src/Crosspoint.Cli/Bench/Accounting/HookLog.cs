using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json;

namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>What the receiver was told of a message.</summary>
/// <param name="MessageId">The gateway's id of it.</param>
/// <param name="FinalStatus">The first end state that was told; null when none was.</param>
/// <param name="FinalAt">Timestamp of that webhook.</param>
internal sealed record HookedMessage(string MessageId, string? FinalStatus, long FinalAt);

/// <summary>The webhook receiver's log, by the number in the URL.</summary>
internal sealed class HookLog(TimeProvider time)
{
    private readonly ConcurrentDictionary<int, HookedMessage> _messages = new();
    private readonly ConcurrentDictionary<string, byte> _ids = new();
    private int _repeated;

    public IReadOnlyDictionary<int, HookedMessage> Messages => _messages;

    /// <summary>Webhooks that came again, with the id that they had.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    public bool HasFinal(int number) => _messages.TryGetValue(number, out HookedMessage? message) && message.FinalStatus is not null;

    /// <summary>Notes a request before it is answered with success.</summary>
    public void See(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        int at = head.IndexOf("?n="u8);
        if (at < 0 || !Utf8Parser.TryParse(head[(at + 3)..], out int number, out _)) return;
        var reader = new Utf8JsonReader(body);
        using JsonDocument hook = JsonDocument.ParseValue(ref reader);
        if (!_ids.TryAdd(hook.RootElement.GetProperty("id").GetString()!, 0)) Interlocked.Increment(ref _repeated);
        JsonElement data = hook.RootElement.GetProperty("data");
        string id = data.GetProperty("id").GetString()!;
        string status = data.GetProperty("status").GetString()!;
        bool isFinal = status is not ("queued" or "sending" or "sent");
        long now = time.GetTimestamp();
        _messages.AddOrUpdate(
            number,
            _ => new HookedMessage(id, isFinal ? status : null, isFinal ? now : 0),
            (_, known) => isFinal && known.FinalStatus is null ? known with { FinalStatus = status, FinalAt = now } : known);
    }
}
