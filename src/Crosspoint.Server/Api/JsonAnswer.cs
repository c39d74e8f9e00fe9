using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api;

/// <summary>
/// A JSON answer under construction. One instance is kept per thread and used again, so <see cref="Rent"/> and <see cref="Send"/> must
/// stand in one synchronous stretch.
/// </summary>
internal sealed class JsonAnswer
{
    public const string Json = "application/json";
    public const string Problem = "application/problem+json";

    // Larger buffers are left to the collector.
    private const int KeepBytes = 256 * 1024;

    [ThreadStatic]
    private static JsonAnswer? _spare;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    private JsonAnswer() =>
        Writer = new(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public Utf8JsonWriter Writer { get; }

    public static JsonAnswer Rent()
    {
        JsonAnswer answer = _spare ?? new();
        _spare = null;
        return answer;
    }

    /// <summary>
    /// Gives the answer to the response (the server sends head and body in one write when the handler returns) and this instance back.
    /// </summary>
    public void Send(HttpContext context, int status, string contentType = Json)
    {
        Writer.Flush();
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = _buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method)) response.BodyWriter.Write(_buffer.WrittenSpan);
        Return();
    }

    /// <summary>Appends the answer to something larger, and gives this instance back.</summary>
    public void CopyTo(IBufferWriter<byte> output)
    {
        Writer.Flush();
        output.Write(_buffer.WrittenSpan);
        Return();
    }

    private void Return()
    {
        if (_buffer.Capacity > KeepBytes) return;
        _buffer.ResetWrittenCount();
        Writer.Reset();
        _spare = this;
    }
}

/// <summary>Values that both APIs write.</summary>
internal static class JsonValues
{
    public static void WriteId(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, MessageId id)
    {
        Span<char> text = stackalloc char[34];
        text[0] = 'S';
        text[1] = 'M';
        id.WriteHex(text[2..]);
        writer.WriteString(name, text);
    }

    /// <summary>Microseconds as ISO 8601 in UTC with six decimals; null for 0, which stands for "not yet".</summary>
    public static void WriteMicros(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long micros)
    {
        if (micros == 0)
        {
            writer.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[32];
        Micros.ToInstant(micros).UtcDateTime.TryFormat(
            text, out int written, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        writer.WriteString(name, text[..written]);
    }
}
