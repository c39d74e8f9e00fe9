using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads the JSON of requests to send. Strict: what is not known, or is given twice, is refused by name.</summary>
internal static class SendMessageReader
{
    public const int MaxBatch = 1000;

    // Intake holds the real limit; this one keeps a hostile list from costing memory.
    private const int MaxTags = 100;

    // What is nested more deeply cannot be skipped, so that a whole batch would be refused for one message. System.Text.Json's own limit.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <summary>Fields of a message, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Fields { get; } =
        ["to", "from", "body", "class", "callback_url", "reference", "validity_seconds", "tags", "smart_encoding", "metadata", "send_at", "batch"];

    /// <summary>Reads the body of one request. Null and a problem when it cannot be taken.</summary>
    public static SendRequest? ReadOne(ReadOnlySpan<byte> json, Account account, string? traceParent, out Problem problem)
    {
        if (!Utf8.IsValid(json))
        {
            problem = new(ProblemKind.JsonInvalid, "It is not valid UTF-8.");
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                problem = new(ProblemKind.JsonInvalid, "Expected an object.");
                return null;
            }

            SendRequest? request = ReadMessage(ref reader, account, traceParent, out problem);
            if (reader.Read()) throw new JsonException();
            return request;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            problem = NotJson(error);
            return null;
        }
    }

    /// <summary>
    /// Reads the body of a batch. Each item is a request or a problem of its own. Null and a problem when the body as a whole cannot be
    /// taken.
    /// </summary>
    public static List<BatchItem>? ReadBatch(ReadOnlySpan<byte> json, Account account, string? traceParent, out Problem problem)
    {
        if (!Utf8.IsValid(json))
        {
            problem = new(ProblemKind.JsonInvalid, "It is not valid UTF-8.");
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(json, Options);
            List<BatchItem>? items = ReadBatch(ref reader, account, traceParent, out problem);
            if (items is not null && reader.Read()) throw new JsonException();
            return items;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            problem = NotJson(error);
            return null;
        }
    }

    // The reader throws InvalidOperationException for a lone surrogate in an escape.
    private static Problem NotJson(Exception error) => error is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
        ? new(ProblemKind.JsonInvalid, $"It is not valid JSON at line {line + 1}, byte {position + 1}.")
        : new(ProblemKind.JsonInvalid, "It is not valid JSON, or a text in it is not valid Unicode.");

    private static List<BatchItem>? ReadBatch(ref Utf8JsonReader reader, Account account, string? traceParent, out Problem problem)
    {
        problem = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            problem = new(ProblemKind.JsonInvalid, "Expected an object with the field 'messages'.");
            return null;
        }

        List<BatchItem>? items = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("messages"u8)) problem = Unknown(ref reader, ["messages"]);
            else if (items is not null) problem = new(ProblemKind.FieldDuplicate, "", "messages");
            reader.Read();
            if (problem.Kind is not null) return null;
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                problem = new(ProblemKind.FieldInvalid, "Expected a list of messages.", "messages");
                return null;
            }

            items = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (items.Count == MaxBatch)
                {
                    problem = new(ProblemKind.BatchSize, "There are more.", "messages");
                    return null;
                }

                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    SendRequest? request = ReadMessage(ref reader, account, traceParent, out Problem own);
                    items.Add(new(request, own));
                }
                else
                {
                    reader.Skip();
                    items.Add(new(null, new(ProblemKind.FieldInvalid, "Expected an object.")));
                }
            }
        }

        if (items is { Count: > 0 }) return items;
        problem = new(ProblemKind.BatchSize, "There are none.", "messages");
        return null;
    }

    /// <summary>Reads one object to its end, whatever is wrong with its fields. The reader stands on its first brace.</summary>
    private static SendRequest? ReadMessage(ref Utf8JsonReader reader, Account account, string? traceParent, out Problem problem)
    {
        problem = default;
        var message = new Draft();
        int seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isUnicode = HoldsUnicode(reader);
            int field = isUnicode ? FieldOf(ref reader) : -1;
            if (!isUnicode && problem.Kind is null) problem = new(ProblemKind.FieldUnknown, "Its name is not valid Unicode.");
            if (field < 0 && problem.Kind is null) problem = Unknown(ref reader, Fields);
            if (field >= 0 && (seen & 1 << field) != 0 && problem.Kind is null)
                problem = new(ProblemKind.FieldDuplicate, "", Fields[field]);
            reader.Read();
            if (field >= 0) seen |= 1 << field;
            if (field < 0 || problem.Kind is not null || reader.TokenType == JsonTokenType.Null) reader.Skip();
            else if (reader.TokenType == JsonTokenType.String && !HoldsUnicode(reader)) problem = NotUnicode(Fields[field]);
            else problem = message.Take(field, ref reader);
        }

        if (reader.TokenType != JsonTokenType.EndObject) throw new JsonException();
        if (problem.Kind is null) problem = message.Complete();
        return problem.Kind is null ? message.ToRequest(account, traceParent) : null;
    }

    private static Problem NotUnicode(string field) =>
        new(ProblemKind.FieldInvalid, "Half of a surrogate pair stands alone in it, so it is not valid Unicode.", field);

    // A text that was cut in the middle of a pair (JavaScript's slice does that) is right as JSON, and the reader throws for it.
    private static bool HoldsUnicode(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return true;
        ReadOnlySpan<byte> rest = reader.ValueSpan;
        bool isPairOpen = false;
        while (!rest.IsEmpty)
        {
            int at = rest.IndexOf((byte)'\\');
            if (isPairOpen && at != 0) return false;
            if (at < 0) return true;
            bool isUnit = rest[at + 1] == 'u';
            ushort unit = isUnit && Utf8Parser.TryParse(rest.Slice(at + 2, 4), out ushort value, out _, 'x') ? value : (ushort)0;
            if (isPairOpen != char.IsLowSurrogate((char)unit)) return false;
            isPairOpen = char.IsHighSurrogate((char)unit);
            rest = rest[(at + (isUnit ? 6 : 2))..];
        }

        return !isPairOpen;
    }

    private static Problem Unknown(ref Utf8JsonReader reader, IReadOnlyList<string> known)
    {
        string name = reader.GetString() ?? "";
        if (name.Length > 64) name = name[..64];
        return new(ProblemKind.FieldUnknown, $"Known fields: {string.Join(", ", known)}.", name);
    }

    private static int FieldOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("to"u8)) return 0;
        if (reader.ValueTextEquals("from"u8)) return 1;
        if (reader.ValueTextEquals("body"u8)) return 2;
        if (reader.ValueTextEquals("class"u8)) return 3;
        if (reader.ValueTextEquals("callback_url"u8)) return 4;
        if (reader.ValueTextEquals("reference"u8)) return 5;
        if (reader.ValueTextEquals("validity_seconds"u8)) return 6;
        if (reader.ValueTextEquals("tags"u8)) return 7;
        if (reader.ValueTextEquals("smart_encoding"u8)) return 8;
        if (reader.ValueTextEquals("metadata"u8)) return 9;
        if (reader.ValueTextEquals("send_at"u8)) return 10;
        return reader.ValueTextEquals("batch"u8) ? 11 : -1;
    }

    /// <summary>A message's fields as they are found.</summary>
    private struct Draft
    {
        private string? _to;
        private string? _from;
        private string? _body;
        private TrafficClass _class;
        private string? _callbackUrl;
        private string? _reference;
        private int? _validitySeconds;
        private List<string>? _tags;
        private bool _smartEncoding;
        private Metadata? _metadata;
        private DateTimeOffset? _sendAt;
        private string? _batch;

        public Problem Take(int field, ref Utf8JsonReader reader)
        {
            switch (field)
            {
                case 0: return TakeText(ref reader, out _to, "to");
                case 1: return TakeText(ref reader, out _from, "from");
                case 2: return TakeText(ref reader, out _body, "body");
                case 3: return TakeClass(ref reader);
                case 4: return TakeText(ref reader, out _callbackUrl, "callback_url");
                case 5: return TakeText(ref reader, out _reference, "reference");
                case 6: return TakeValidity(ref reader);
                case 7: return TakeTags(ref reader);
                case 9: return TakeMetadata(ref reader);
                case 10: return TakeSendAt(ref reader);
                case 11: return TakeText(ref reader, out _batch, "batch");
                default:
                    _smartEncoding = reader.TokenType == JsonTokenType.True;
                    if (reader.TokenType is JsonTokenType.True or JsonTokenType.False) return default;
                    reader.Skip();
                    return new(ProblemKind.FieldInvalid, "Expected true or false.", "smart_encoding");
            }
        }

        /// <summary>What the fields mean together.</summary>
        public Problem Complete()
        {
            if (_batch is null) return default;

            // It is kept as metadata, where limits and carriers' TLVs find it too.
            if (_metadata?.Find(Batches.MetadataName) is not null) return new(ProblemKind.FieldDuplicate, "It stands in the metadata too.", "batch");
            if (!Batches.IsName(_batch)) return new(ProblemKind.BatchInvalid, $"The name is not well-formed: {Batches.Expected}.", "batch");
            _metadata = Metadata.TryCreate([.. _metadata ?? Metadata.Empty, new(Batches.MetadataName, _batch)], out string problem);
            return _metadata is null ? new(ProblemKind.MetadataInvalid, $"{problem} The batch is one of them.", "metadata") : default;
        }

        public readonly SendRequest ToRequest(Account account, string? traceParent) => new()
        {
            Account = account,
            To = _to,
            From = _from,
            Body = _body,
            Class = _class,
            CallbackUrl = _callbackUrl,
            CallbackForm = CallbackForm.Native,
            Reference = _reference,
            Tags = _tags is null ? [] : _tags,
            Metadata = _metadata ?? Metadata.Empty,
            ValiditySeconds = _validitySeconds,
            SmartEncoded = _smartEncoding,
            SendAt = _sendAt,
            TraceParent = traceParent,
        };

        private static Problem TakeText(ref Utf8JsonReader reader, out string? value, string field)
        {
            value = null;
            if (reader.TokenType == JsonTokenType.String)
            {
                value = reader.GetString();
                return default;
            }

            reader.Skip();
            return new(ProblemKind.FieldInvalid, "Expected a text.", field);
        }

        private Problem TakeClass(ref Utf8JsonReader reader)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                if (reader.ValueTextEquals("otp"u8)) _class = TrafficClass.Otp;
                else if (reader.ValueTextEquals("marketing"u8)) _class = TrafficClass.Marketing;
                else if (reader.ValueTextEquals("transactional"u8)) _class = TrafficClass.Transactional;
                else return new(ProblemKind.FieldInvalid, "Expected otp, transactional or marketing.", "class");
                return default;
            }

            reader.Skip();
            return new(ProblemKind.FieldInvalid, "Expected otp, transactional or marketing.", "class");
        }

        private Problem TakeValidity(ref Utf8JsonReader reader)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int seconds))
            {
                _validitySeconds = seconds;
                return default;
            }

            reader.Skip();
            return new(ProblemKind.ValidityInvalid, "Expected a whole number of seconds from 1 to 36000.", "validity_seconds");
        }

        private Problem TakeSendAt(ref Utf8JsonReader reader)
        {
            if (Instants.TryRead(ref reader, out DateTimeOffset time))
            {
                _sendAt = time;
                return default;
            }

            reader.Skip();
            return Instants.Problem("send_at");
        }

        private Problem TakeTags(ref Utf8JsonReader reader)
        {
            var problem = new Problem(ProblemKind.TagsInvalid, "Expected a list of texts.", "tags");
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                return problem;
            }

            _tags = [];
            bool isRight = true;
            bool isUnicode = true;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                isRight &= reader.TokenType == JsonTokenType.String && _tags.Count < MaxTags;
                isUnicode &= reader.TokenType != JsonTokenType.String || HoldsUnicode(reader);
                if (isRight && isUnicode) _tags.Add(reader.GetString()!);
                else reader.Skip();
            }

            if (!isUnicode) return NotUnicode("tags");
            return isRight ? default : problem;
        }

        private Problem TakeMetadata(ref Utf8JsonReader reader)
        {
            const string Expected = "Expected an object of names and texts.";
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                return new(ProblemKind.MetadataInvalid, Expected, "metadata");
            }

            var items = new List<KeyValuePair<string, string>>();
            bool isRight = true;
            bool isUnicode = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                isUnicode &= HoldsUnicode(reader);

                // One more than may be given is enough to say that there are too many.
                bool isKept = isRight && isUnicode && items.Count <= Metadata.MostNames;
                string name = isKept ? reader.GetString()! : "";
                reader.Read();
                isRight &= reader.TokenType == JsonTokenType.String;
                isUnicode &= reader.TokenType != JsonTokenType.String || HoldsUnicode(reader);
                if (isKept && isRight && isUnicode) items.Add(new(name, reader.GetString()!));
                else reader.Skip();
            }

            if (!isUnicode) return NotUnicode("metadata");
            if (!isRight) return new(ProblemKind.MetadataInvalid, Expected, "metadata");
            _metadata = Metadata.TryCreate(items, out string problem);
            return _metadata is null ? new(ProblemKind.MetadataInvalid, problem, "metadata") : default;
        }
    }
}

/// <summary>One message of a batch: a request, or what is wrong with it.</summary>
internal readonly record struct BatchItem(SendRequest? Request, Problem Problem);
