using System.Net;
using System.Net.Http.Headers;

namespace Crosspoint.Cli.Rates;

/// <summary>
/// A sheet on its way to the gateway. The gateway reads it as it comes and takes no more than it has read, so what was sent is what was imported, less
/// some buffers.
/// </summary>
internal sealed class SheetContent : HttpContent
{
    private const int BufferBytes = 64 * 1024;

    private readonly FileStream _file;
    private readonly Action<long> _sent;

    public SheetContent(FileStream file, Action<long> sent)
    {
        (_file, _sent) = (file, sent);
        Headers.ContentType = new MediaTypeHeaderValue("text/csv");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] buffer = new byte[BufferBytes];
        long sent = 0;
        int count;
        while ((count = await _file.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            _sent(sent += count);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _file.Length;
        return true;
    }
}
