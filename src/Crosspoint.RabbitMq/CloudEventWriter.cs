using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.RabbitMq;

/// <summary>Writes an event's data as one JSON value.</summary>
public delegate void EventDataWriter(Utf8JsonWriter writer, in LoggedEvent entry);

/// <summary>Writes events as CloudEvents 1.0 in the structured JSON mode. Not thread-safe.</summary>
internal sealed class CloudEventWriter(string source, EventDataWriter writeData)
{
    public const string ContentType = "application/cloudevents+json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    /// <summary>The same for the same event however often it is sent; the one that its webhook has.</summary>
    public static string IdOf(in LoggedEvent entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Head.Id}_{entry.Event.Number}");

    public static string TypeOf(in LoggedEvent entry) => $"crosspoint.message.{EventNames.Of(entry.Event.Kind)}";

    public byte[] Write(in LoggedEvent entry)
    {
        _buffer.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(_buffer, Options);
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, IdOf(entry));
        writer.WriteString("source"u8, source);
        writer.WriteString("type"u8, TypeOf(entry));
        writer.WriteString("subject"u8, entry.Head.Id.ToString());
        writer.WriteString(
            "time"u8, Micros.ToInstant(entry.Event.At).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        writer.WriteString("datacontenttype"u8, "application/json"u8);

        // A text, as CloudEvents' extension of that name wants it.
        writer.WriteString("sequence"u8, entry.Sequence.ToString(CultureInfo.InvariantCulture));
        writer.WritePropertyName("data"u8);
        writeData(writer, entry);
        writer.WriteEndObject();
        writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }
}
