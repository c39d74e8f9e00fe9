using System.Net;

namespace Crosspoint.Engine.Webhooks;

/// <summary>A request's body over a worker's buffer, which knows whether the buffer is still being read when the try is over.</summary>
internal sealed class PayloadContent : HttpContent
{
    private const int NotStarted = 0;
    private const int Sending = 1;
    private const int Sent = 2;
    private const int Closed = 3;
    private readonly ReadOnlyMemory<byte> _payload;
    private int _state;

    public PayloadContent(ReadOnlyMemory<byte> payload, string contentType, string accountSid)
    {
        _payload = payload;
        AccountSid = accountSid;
        Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    /// <summary>The account whose webhook it is.</summary>
    public string AccountSid { get; }

    /// <summary>Ends the try. False when the buffer is still in use and must not be written again.</summary>
    public bool TryClose()
    {
        int before = Interlocked.CompareExchange(ref _state, Closed, NotStarted);
        return before != Sending;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Sending, NotStarted) == Closed) throw new IOException("The try is over.");
        ValueTask writing = stream.WriteAsync(_payload, cancellationToken);
        if (!writing.IsCompletedSuccessfully) return FinishAsync(writing);
        writing.GetAwaiter().GetResult();
        Volatile.Write(ref _state, Sent);
        return Task.CompletedTask;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _payload.Length;
        return true;
    }

    private async Task FinishAsync(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _state, Sent);
        }
    }
}
