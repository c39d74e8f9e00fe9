using System.Globalization;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Cli.Smpp;

/// <summary>What the console prints: each PDU as it passes, remarks, and counts of both. Safe from any thread.</summary>
internal sealed class ConsoleWire(TextWriter output, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _sent = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _received = new(StringComparer.Ordinal);
    private Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? _write;

    /// <summary>Gets the header of each PDU that comes in.</summary>
    public event Action<PduHeader>? Received;

    public Stream Wrap(Stream inner)
    {
        var tap = new TapStream(inner, Saw);
        _write = tap.WriteAsync;
        return tap;
    }

    /// <summary>Writes octets into the connection, whole PDUs or not.</summary>
    public async Task SendAsync(byte[] octets, CancellationToken cancellationToken)
    {
        if (_write is not null) await _write(octets, cancellationToken).ConfigureAwait(false);
    }

    public void Note(string text) => Line($"{Now()} # {text}");

    /// <summary>Without the time: answers to the person, not events.</summary>
    public void Line(string text)
    {
        lock (_gate)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }

    public void Prompt()
    {
        lock (_gate)
        {
            output.Write("smpp> ");
            output.Flush();
        }
    }

    public void WriteCounts()
    {
        lock (_gate)
        {
            output.WriteLine($"sent:     {Counts(_sent)}");
            output.WriteLine($"received: {Counts(_received)}");
        }
    }

    private static string Counts(SortedDictionary<string, int> counts) =>
        counts.Count == 0 ? "nothing" : string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"));

    private void Saw(bool isSent, ReadOnlyMemory<byte> pdu)
    {
        string line = PduLine.Of(pdu);
        lock (_gate)
        {
            SortedDictionary<string, int> counts = isSent ? _sent : _received;
            string name = line.Split(' ')[0];
            counts[name] = counts.GetValueOrDefault(name) + 1;
            output.WriteLine($"{Now()} {(isSent ? '>' : '<')} {line}");
            output.Flush();
        }

        if (!isSent && PduHeader.TryRead(pdu.Span, out PduHeader header)) Received?.Invoke(header);
    }

    private string Now() => time.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
