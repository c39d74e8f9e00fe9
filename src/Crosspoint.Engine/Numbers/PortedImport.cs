using System.IO.Compression;
using System.Runtime.InteropServices;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// Makes the index of a source out of a file of ported numbers. The new index takes the old one's place in one step, when it is whole and
/// on disk; until then, and when anything is wrong, the old one stands.
/// </summary>
public static class PortedImport
{
    private const int MostShown = 80;
    private const int RowsBetweenProgress = 100_000;
    private const int BufferBytes = 1 << 20;

    /// <summary>Whether a text can name a source: 1 to 50 lower-case letters, digits, hyphens and underscores.</summary>
    public static bool IsSourceName(string name) =>
        name.Length is > 0 and <= 50 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    /// <summary>File of a source's index.</summary>
    public static string PathOf(string directory, string source) => Path.Combine(directory, source + PortedIndexFormat.Extension);

    /// <summary>Names of the sources that were imported into a directory, in order; none when it is empty or does not exist.</summary>
    public static IReadOnlyList<string> SourcesIn(string directory)
    {
        if (directory.Length == 0 || !Directory.Exists(directory)) return [];
        string[] names =
        [
            .. Directory.EnumerateFiles(directory, "*" + PortedIndexFormat.Extension).Select(static path => Path.GetFileNameWithoutExtension(path)).Where(IsSourceName),
        ];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <exception cref="IOException">A file cannot be read or written; nothing is imported.</exception>
    /// <exception cref="InvalidDataException">The file's compression, or the index that is to be added to, is damaged.</exception>
    /// <exception cref="OperationCanceledException">Canceled; nothing is imported.</exception>
    public static PortedImportResult Run(
        PortedImportOptions options, TimeProvider time, Action<PortedImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (!IsSourceName(options.Source)) throw new ArgumentException("is no name of a source", nameof(options));
        if (options.IsDryRun) return Read(options, rows: null, progress, cancellationToken);
        Directory.CreateDirectory(options.Directory);
        using var rows = new PortedRowSorter(options.Directory, options.RowsInMemory);
        PortedImportResult read = Read(options, rows, progress, cancellationToken);
        if (read.Problem.Length > 0 || read.BadRows > options.MostBadRows) return read;
        return Write(options, rows, read, time, progress, cancellationToken);
    }

    private static PortedImportResult Read(
        PortedImportOptions options, PortedRowSorter? rows, Action<PortedImportProgress>? progress, CancellationToken cancellationToken)
    {
        using var file = new FileStream(options.File, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        using GZipStream? zipped = options.File.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new(file, CompressionMode.Decompress) : null;
        var lines = new LineReader(zipped ?? (Stream)file);
        var reader = new PortedRowReader(options);
        var errors = new List<PortedRowError>();
        var networks = new Dictionary<NetworkId, long>();
        (long line, long count, long bad) = (0, 0, 0);
        uint order = 0;
        bool isBegun = false;
        while (lines.TryRead(out ReadOnlySpan<char> text, out bool isCut))
        {
            line++;
            if (text.IsWhiteSpace()) continue;
            if (!isBegun)
            {
                isBegun = true;
                if (reader.Begin(text) is { } problem) return new() { IsImported = false, Problem = problem };
                if (options.HasHeader) continue;
            }

            count++;
            if (count == uint.MaxValue) return new() { IsImported = false, Problem = $"has more than {uint.MaxValue - 1} rows" };
            string? reason = isCut ? $"the line is longer than {LineReader.MostBytes} bytes" : null;
            PortedRow row = default;
            reason ??= reader.Read(text, order++, out row);
            if (reason is null)
            {
                rows?.Add(row);
                CollectionsMarshal.GetValueRefOrAddDefault(networks, row.Network, out _)++;
            }
            else
            {
                bad++;
                if (errors.Count < options.MostErrors) errors.Add(new(line, reason, text[..Math.Min(text.Length, MostShown)].ToString()));
            }

            if (count % RowsBetweenProgress != 0) continue;
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Invoke(new(PortedImportStep.Reading, file.Length == 0 ? 1 : (double)file.Position / file.Length, count, bad));
        }

        cancellationToken.ThrowIfCancellationRequested();
        progress?.Invoke(new(PortedImportStep.Reading, 1, count, bad));
        return new()
        {
            IsImported = false,
            Problem = !isBegun ? "is empty" : count == 0 ? "has no rows" : "",
            Rows = count,
            BadRows = bad,
            Errors = errors,
            Networks = [.. networks.OrderByDescending(static network => network.Value).ThenBy(static network => network.Key.ToString(), StringComparer.Ordinal)],
        };
    }

    private static PortedImportResult Write(
        PortedImportOptions options, PortedRowSorter rows, PortedImportResult read, TimeProvider time, Action<PortedImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        string path = PathOf(options.Directory, options.Source);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using PortedIndex? older = options.IsAddition && File.Exists(path) ? PortedIndex.Open(path) : null;
        try
        {
            long bytes;
            long entries;
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            using (var writer = new PortedIndexWriter(file))
            {
                double whole = Math.Max(1, rows.Count + (older?.Entries ?? 0));
                long written = 0;
                foreach (PortedRow row in PortedOverlaps.Resolve(rows.Sorted(), older?.ReadAll() ?? []))
                {
                    writer.Add(row);
                    if (++written % RowsBetweenProgress != 0) continue;
                    cancellationToken.ThrowIfCancellationRequested();
                    progress?.Invoke(new(PortedImportStep.Writing, Math.Min(1, written / whole), read.Rows, read.BadRows));
                }

                bytes = writer.Finish(rows.Count + (older?.Rows ?? 0), time.GetUtcNow());
                entries = writer.Entries;
                file.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(temporary, path, overwrite: true);
            progress?.Invoke(new(PortedImportStep.Writing, 1, read.Rows, read.BadRows));
            return read with { IsImported = true, Entries = entries, Bytes = bytes };
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
