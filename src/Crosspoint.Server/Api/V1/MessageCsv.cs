using System.Buffers;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Api.V1;

/// <summary>Messages as lines of CSV (RFC 4180), without their texts. What applications and strangers wrote is no formula for who opens it in a spreadsheet.</summary>
internal static class MessageCsv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    private const string Head = "id,account_sid,direction,from,to,class,status,error_code,error,segments,connection,reference,tags,batch,created_at,sent_at,updated_at\r\n";

    // Of a number behind its plus, masked or not.
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789*");

    [ThreadStatic]
    private static StringBuilder? _line;

    public static void WriteHead(IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(Head, output);

    /// <summary>Writes a line.</summary>
    /// <param name="head">The message's, or what may be seen of it.</param>
    public static void Write(IBufferWriter<byte> output, Message message, MessageHead head)
    {
        StringBuilder line = (_line ??= new()).Clear();
        line.Append(head.Id).Append(',').Append(head.AccountSid).Append(',').Append(MessageJson.NameOf(head.Direction));
        Add(line, head.From);
        Add(line, head.To);
        line.Append(',').Append(MessageJson.NameOf(head.Class)).Append(',').Append(StateNames.Of(message.State)).Append(',');
        if (message.ErrorCode != 0) line.Append(CultureInfo.InvariantCulture, $"{message.ErrorCode}");
        Add(line, message.ErrorCode == 0 ? null : ErrorCodes.MessageFor(message.ErrorCode) ?? ErrorCodes.MessageFor(ErrorCodes.Unknown));
        line.Append(CultureInfo.InvariantCulture, $",{head.SegmentCount}");
        Add(line, message.LastAttempt?.Connection ?? head.Connection);
        Add(line, head.Reference);
        Add(line, head.Tags.Count == 0 ? null : string.Join(' ', head.Tags));
        Add(line, head.Metadata.Find(Batches.MetadataName));
        Add(line, head.CreatedAt);
        Add(line, head.IsInbound ? head.CreatedAt : message.SentAt);
        Add(line, message.UpdatedAt);
        line.Append("\r\n");
        Encoding.UTF8.GetBytes(line.ToString(), output);
    }

    private static void Add(StringBuilder line, long micros)
    {
        line.Append(',');
        if (micros != 0) line.Append(CultureInfo.InvariantCulture, $"{Micros.ToInstant(micros).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}");
    }

    private static void Add(StringBuilder line, string? text)
    {
        line.Append(',');
        if (string.IsNullOrEmpty(text)) return;
        bool isFormula = text[0] is '=' or '@' or '-' or '\t' or '\r' || (text[0] == '+' && text.AsSpan(1).ContainsAnyExcept(OfNumbers));
        if (!isFormula && !text.AsSpan().ContainsAny(",\"\r\n"))
        {
            line.Append(text);
            return;
        }

        line.Append('"');
        if (isFormula) line.Append('\'');
        line.Append(text).Replace("\"", "\"\"", line.Length - text.Length, text.Length).Append('"');
    }
}
