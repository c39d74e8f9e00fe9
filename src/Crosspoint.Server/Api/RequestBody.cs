using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Crosspoint.Server.Api;

/// <summary>A request's whole body, as one run of bytes. Valid until it is disposed.</summary>
internal struct RequestBody : IDisposable
{
    private readonly PipeReader _reader;
    private readonly ReadOnlySequence<byte> _sequence;
    private readonly ReadOnlyMemory<byte> _memory;
    private byte[]? _rented;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> sequence)
    {
        _reader = reader;
        _sequence = sequence;
        if (sequence.IsSingleSegment)
        {
            _memory = sequence.First;
            return;
        }

        _rented = ArrayPool<byte>.Shared.Rent((int)sequence.Length);
        sequence.CopyTo(_rented);
        _memory = _rented.AsMemory(0, (int)sequence.Length);
    }

    public readonly ReadOnlySpan<byte> Span => _memory.Span;

    /// <summary>Lets a body be longer, or keeps it shorter, than others may be. Before anything of it is read.</summary>
    public static void Allow(HttpContext context, long octets)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = octets;
    }

    /// <summary>The whole body, to be kept.</summary>
    /// <exception cref="BadHttpRequestException">As <see cref="ReadAsync"/>.</exception>
    public static async Task<byte[]> ReadAllAsync(HttpContext context)
    {
        using RequestBody body = await ReadAsync(context).ConfigureAwait(false);
        return body.Span.ToArray();
    }

    /// <summary>Reads to the end of the body.</summary>
    /// <exception cref="BadHttpRequestException">Too long, too slow, or not framed as HTTP wants it; its status says which.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context)
    {
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            // The server ends this read when the client goes away or dawdles; it also holds the limit on length.
            ReadResult result = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (result.IsCompleted) return new(reader, result.Buffer);
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public void Dispose()
    {
        _reader.AdvanceTo(_sequence.End);
        if (_rented is null) return;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}
