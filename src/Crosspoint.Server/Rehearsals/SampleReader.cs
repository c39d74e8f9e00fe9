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

/// <summary>How a sample is written.</summary>
internal enum SampleForm
{
    Csv,

    /// <summary>A JSON object on each line.</summary>
    Objects,

    /// <summary>A number on each line.</summary>
    Numbers,
}

/// <summary>
/// Reads a sample of messages, as CSV with a header, as one JSON object a line or as one number a line, and rehearses each as it comes: memory does not grow with it.
/// After the first bad row the rest is looked at for others alone.
/// </summary>
internal sealed class SampleReader(Simulation simulation, RehearsalDesk desk, AccountDirectory accounts, SampleDefaults defaults, TimeProvider time)
{
    /// <summary>Messages of one sample, those that rows stand for among them.</summary>
    public const long MostMessages = 10_000_000;

    private const int MostListed = 100;
    private const int MostLineBytes = 32 * 1024;
    private const int MostFieldCharacters = 8_000;
    // Some 20 ms of work: shorter rests would be longer than the work.
    private const int RowsAtOnce = 5_000;

    private static readonly string Expected = $"expected some of: {string.Join(", ", SampleRow.Names)}";

    private readonly SampleRow _row = new(accounts, time.GetUtcNow(), defaults);
    private readonly List<BadRow> _bad = [];
    private readonly CancellationToken _canceled = simulation.Canceled;
    private long _badRows;
    private long _rows;
    private long _began = time.GetTimestamp();
    private string _fault = "";

    /// <exception cref="OperationCanceledException">The simulation was canceled, or the sender went away.</exception>
    public async Task<SampleResult> ReadAsync(Stream sample, SampleForm form)
    {
        try
        {
            if (form == SampleForm.Csv) await ReadCsvAsync(sample).ConfigureAwait(false);
            else await ReadLinesAsync(sample, form == SampleForm.Numbers).ConfigureAwait(false);
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
            DetectDelimiter = true,
            GetDelimiter = static text => DelimiterOf(text.Text),
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

    // The names of the columns hold none of them: what is pasted from a spreadsheet has tabs, and those of some countries write semicolons.
    private static string DelimiterOf(string text)
    {
        int at = text.AsSpan().IndexOfAny(",;\t\n");
        return at >= 0 && text[at] != '\n' ? text[at].ToString() : ",";
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

        bool isWhole = columns.Contains(SampleField.To) && (defaults.From is not null || columns.Contains(SampleField.From));
        if (_fault.Length == 0 && !isWhole) _fault = $"its first line is no header with 'to'{(defaults.From is null ? " and 'from'" : "")}; {Expected}";
        return _fault.Length == 0 ? [.. columns] : null;
    }

    private async Task ReadLinesAsync(Stream sample, bool areNumbers)
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
                if (areNumbers ? TryFillNumber(octets, out bool isBlank) : TryFill(octets, line, out isBlank)) await AddAsync(line, isRight: true).ConfigureAwait(false);
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

    // Not everything that is not UTF-8 is refused here: what is no number is shown as it can be.
    private bool TryFillNumber(in ReadOnlySequence<byte> line, out bool isBlank)
    {
        string text = Encoding.UTF8.GetString(line).Trim().TrimStart('\uFEFF');
        isBlank = text.Length == 0;
        _row.Clear();
        _row.Set(SampleField.To, text);
        return !isBlank;
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
