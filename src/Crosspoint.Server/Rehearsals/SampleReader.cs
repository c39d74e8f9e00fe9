using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Engine.Routing.Rehearsal;
using CsvHelper;
using CsvHelper.Configuration;

namespace Crosspoint.Server.Rehearsals;

/// <summary>What a sample came to: either all its rows are right, or it counts for nothing.</summary>
/// <param name="Fault">Why the rest cannot be read; empty when it was read to its end.</param>
/// <param name="BadRows">The first of the bad rows.</param>
internal sealed record SampleResult(long Rows, long BadRowCount, string Fault, IReadOnlyList<BadRow> BadRows)
{
    public bool IsRight => BadRowCount == 0 && Fault.Length == 0;
}

/// <summary>
/// Reads a sample of messages, as CSV with a header or as one JSON object a line, and rehearses each as it comes: memory does not grow with it.
/// After the first bad row the rest is looked at for others alone.
/// </summary>
internal sealed class SampleReader(Simulation simulation, RehearsalDesk desk, AccountDirectory accounts, TimeProvider time)
{
    /// <summary>Messages of one sample, those that rows stand for among them.</summary>
    public const long MostMessages = 10_000_000;

    private const int MostListed = 100;
    private const int MostLineBytes = 32 * 1024;
    private const int MostFieldCharacters = 8_000;
    // Some 20 ms of work: shorter rests would be longer than the work.
    private const int RowsAtOnce = 5_000;

    private static readonly string Expected = $"expected some of: {string.Join(", ", SampleRow.Names)}";

    private readonly SampleRow _row = new(accounts, time.GetUtcNow());
    private readonly List<BadRow> _bad = [];
    private readonly CancellationToken _canceled = simulation.Canceled;
    private long _badRows;
    private long _rows;
    private long _began = time.GetTimestamp();
    private string _fault = "";

    /// <exception cref="OperationCanceledException">The simulation was canceled, or the sender went away.</exception>
    public async Task<SampleResult> ReadAsync(Stream sample, bool isCsv)
    {
        try
        {
            if (isCsv) await ReadCsvAsync(sample).ConfigureAwait(false);
            else await ReadLinesAsync(sample).ConfigureAwait(false);
        }
        catch (DecoderFallbackException)
        {
            _fault = "it is not valid UTF-8";
        }

        if (_rows == 0 && _fault.Length == 0) _fault = "it has no rows";
        simulation.Rows = _rows;
        return new(_rows, _badRows, _fault, _bad);
    }

    private async Task ReadCsvAsync(Stream sample)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            HasHeaderRecord = false,
            IgnoreBlankLines = true,
            TrimOptions = TrimOptions.Trim,
            MaxFieldSize = MostFieldCharacters,
            BadDataFound = _ => _fault = "the quotes are not as CSV wants them: a quoted field must be closed, and a quote in it doubled",
        };
        using var text = new StreamReader(sample, new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var parser = new CsvParser(text, configuration);
        try
        {
            if (!await parser.ReadAsync().ConfigureAwait(false) || Columns(parser.Record!) is not { } columns) return;
            while (_fault.Length == 0 && await parser.ReadAsync().ConfigureAwait(false))
            {
                int line = parser.RawRow;
                _row.Clear();
                for (int i = 0; i < columns.Length && i < parser.Count; i++) _row.Set(columns[i], parser[i]);
                if (parser.Count > columns.Length) Refuse(new(line, "", "", $"at most {columns.Length} fields, as the header has"));
                await AddAsync(line, parser.Count <= columns.Length).ConfigureAwait(false);
            }
        }
        catch (MaxFieldSizeException)
        {
            _fault = $"a field after line {parser.RawRow} is longer than {MostFieldCharacters} characters: is a quote not closed?";
        }

        if (_fault.Length > 0 && parser.RawRow > 0 && !_fault.StartsWith("a field", StringComparison.Ordinal)) _fault += $" (near line {parser.RawRow})";
    }

    private SampleField[]? Columns(string[] header)
    {
        var columns = new List<SampleField>();
        foreach (string name in header)
        {
            if (!SampleRow.TryFind(name, out SampleField field)) _fault = $"its header names '{SampleRow.Shown(name)}'; {Expected}";
            else if (columns.Contains(field)) _fault = $"its header names '{name}' twice";
            columns.Add(field);
        }

        if (_fault.Length == 0 && !(columns.Contains(SampleField.To) && columns.Contains(SampleField.From)))
            _fault = $"its first line is no header with 'to' and 'from'; {Expected}";
        return _fault.Length == 0 ? [.. columns] : null;
    }

    private async Task ReadLinesAsync(Stream sample)
    {
        PipeReader reader = PipeReader.Create(sample, new StreamPipeReaderOptions(leaveOpen: true));
        int line = 0;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(_canceled).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = result.Buffer;
            while (_fault.Length == 0 && TryTakeLine(ref rest, result.IsCompleted, out ReadOnlySequence<byte> octets))
            {
                line++;
                if (TryFill(octets, line, out bool isBlank)) await AddAsync(line, isRight: true).ConfigureAwait(false);
                else if (!isBlank) await AddAsync(line, isRight: false).ConfigureAwait(false);
            }

            if (rest.Length > MostLineBytes) _fault = $"line {line + 1} is longer than {MostLineBytes} octets";
            reader.AdvanceTo(rest.Start, rest.End);
            if (_fault.Length > 0 || result.IsCompleted) break;
        }

        await reader.CompleteAsync().ConfigureAwait(false);
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        if (!isLast || rest.IsEmpty) return false;
        rest = rest.Slice(rest.End);
        return true;
    }

    private bool TryFill(in ReadOnlySequence<byte> line, int number, out bool isBlank)
    {
        byte[] octets = line.ToArray();
        isBlank = octets.AsSpan().Trim(" \t\r"u8).IsEmpty;
        if (isBlank) return false;
        _row.Clear();
        try
        {
            using JsonDocument document = JsonDocument.Parse(octets);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Refuse(new(number, "", "", "a JSON object on each line"));
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!SampleRow.TryFind(property.Name, out SampleField field))
                    return Refuse(new(number, SampleRow.Shown(property.Name), "", $"one of: {string.Join(", ", SampleRow.Names)}"));
                if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null))
                    return Refuse(new(number, property.Name, SampleRow.Shown(property.Value.GetRawText()), "a text or a number"));
                _row.Set(field, property.Value.ValueKind == JsonValueKind.Null ? "" : property.Value.ToString());
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Refuse(new(number, "", "", "a JSON object on each line"));
        }
    }

    private bool Refuse(BadRow bad)
    {
        if (_bad.Count < MostListed) _bad.Add(bad);
        return false;
    }

    private async ValueTask AddAsync(int line, bool isRight)
    {
        _rows++;
        BadRow? bad = null;
        MessageHead? head = isRight ? _row.TryMake(line, out bad) : null;
        if (head is null) _badRows++;
        if (bad is not null) Refuse(bad);

        if (head is not null && _badRows == 0)
        {
            if (simulation.Rehearsal.Messages + _row.Count > MostMessages) _fault = $"it stands for more than {MostMessages} messages by line {line}";
            for (long copy = 0; copy < _row.Count && _fault.Length == 0; copy++)
            {
                simulation.Rehearsal.Add(simulation.Rehearsal.RequestOf(head, _row.At, RoutingRehearsal.DrawOf(line, copy)));
                if (simulation.Rehearsal.Messages % RowsAtOnce == 0) await RestAsync().ConfigureAwait(false);
            }
        }
        else if (_rows % RowsAtOnce == 0)
        {
            await RestAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask RestAsync()
    {
        await desk.YieldAsync(_began, _canceled).ConfigureAwait(false);
        _began = time.GetTimestamp();
    }
}
