using System.Diagnostics.CodeAnalysis;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// The imported sources of ported numbers. Look-ups go to an immutable list of open indexes; <see cref="Refresh"/> puts another in its place
/// when a file has changed. Thread-safe.
/// </summary>
public sealed partial class PortedNumbers
{
    private readonly string _directory;
    private readonly IReadOnlyList<string>? _order;
    private readonly NumberMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _refreshing = new();
    private readonly Dictionary<string, Stamp> _broken = new(StringComparer.Ordinal);
    private volatile Source[] _sources = [];

    /// <param name="directory">Directory of the indexes; it need not exist, and empty stands for none.</param>
    /// <param name="order">Sources that are asked, the first that knows a number decides; null for all there are, by name.</param>
    public PortedNumbers(string directory, IReadOnlyList<string>? order, NumberMetrics metrics, ILogger logger) =>
        (_directory, _order, _metrics, _logger) = (directory, order, metrics, logger);

    /// <summary>What is open now, in the order in which it is asked.</summary>
    public IReadOnlyList<PortedSource> Sources =>
        [.. _sources.Select(static source => new PortedSource(source.Name, source.Index.Entries, source.Index.Rows, source.Index.ImportedAt, source.Stamp.Bytes))];

    /// <summary>Looks a number up. Allocates nothing. A file that cannot be read counts as one that says nothing.</summary>
    public bool TryFind(E164 number, out NetworkId network, [NotNullWhen(true)] out string? source)
    {
        foreach (Source each in _sources)
        {
            try
            {
                if (!each.Index.TryFind(number, out network)) continue;
                source = each.Name;
                return true;
            }
            catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                if (_metrics.PortedFailed(each.Name)) Log.CannotRead(_logger, each.Name, error.Message);
            }
        }

        network = default;
        source = null;
        return false;
    }

    /// <summary>Opens what was imported since, and leaves what is no longer there. Blocks for the reading of files' tails.</summary>
    public void Refresh()
    {
        lock (_refreshing)
        {
            Source[] before = _sources;
            var after = new List<Source>(before.Length);
            try
            {
                foreach (string name in _directory.Length > 0 && _order is not null ? _order : PortedImport.SourcesIn(_directory))
                {
                    if (Open(name, Array.Find(before, source => source.Name == name)) is { } source) after.Add(source);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The directory itself: what is open stays so.
                if (_metrics.PortedFailed("")) Log.CannotOpen(_logger, _directory, error.Message);
                return;
            }

            foreach (Source source in before)
            {
                if (!after.Exists(other => other.Name == source.Name)) Log.Gone(_logger, source.Name);
            }

            // Those that are no longer used are not closed here: a look-up may be in the middle of one. Their handles close themselves.
            if (!after.SequenceEqual(before)) _sources = [.. after];
        }
    }

    private Source? Open(string name, Source? before)
    {
        string path = PortedImport.PathOf(_directory, name);
        var file = new FileInfo(path);
        if (!file.Exists) return null;
        var stamp = new Stamp(file.Length, file.LastWriteTimeUtc.Ticks);
        if (before?.Stamp == stamp) return before;
        try
        {
            PortedIndex index = PortedIndex.Open(path);
            _broken.Remove(name);
            Log.Opened(_logger, name, index.Entries, index.ImportedAt);
            return new(name, index, stamp);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            if (!_broken.TryGetValue(name, out Stamp noted) || noted != stamp) Log.CannotOpen(_logger, path, error.Message);
            _broken[name] = stamp;
            return before;
        }
    }

    private readonly record struct Stamp(long Bytes, long WrittenAt);

    private sealed record Source(string Name, PortedIndex Index, Stamp Stamp);

    private static partial class Log
    {
        [LoggerMessage(2800, LogLevel.Information, "Ported numbers of {Source}: {Entries} entries, imported at {ImportedAt}")]
        public static partial void Opened(ILogger logger, string source, long entries, DateTimeOffset importedAt);

        [LoggerMessage(2801, LogLevel.Warning, "Ported numbers: {Path} {Problem}; what was open before is used, if anything was")]
        public static partial void CannotOpen(ILogger logger, string path, string problem);

        [LoggerMessage(2802, LogLevel.Warning, "Ported numbers of {Source} are no longer there; they are left out")]
        public static partial void Gone(ILogger logger, string source);

        [LoggerMessage(2803, LogLevel.Error, "Ported numbers of {Source} cannot be looked up: the file {Problem}")]
        public static partial void CannotRead(ILogger logger, string source, string problem);
    }
}

/// <summary>An imported source of ported numbers.</summary>
/// <param name="Entries">Numbers, ranges and prefixes, without overlaps.</param>
/// <param name="Rows">Rows of all imports that it is made of.</param>
/// <param name="Bytes">Size of its file.</param>
public sealed record PortedSource(string Name, long Entries, long Rows, DateTimeOffset ImportedAt, long Bytes);
