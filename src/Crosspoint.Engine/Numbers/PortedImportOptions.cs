using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>How a file of ported numbers is read, and what becomes of it.</summary>
public sealed record PortedImportOptions
{
    /// <summary>Directory of the indexes.</summary>
    public required string Directory { get; init; }

    /// <summary>Name of the source: it has an index of its own.</summary>
    public required string Source { get; init; }

    /// <summary>The file: text in UTF-8, or that compressed with gzip when its name ends in <c>.gz</c>.</summary>
    public required string File { get; init; }

    public PortedColumns Columns { get; init; } = new();

    /// <summary>Whether the first line names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>What stands between columns; null for what the first line has most of: semicolons, commas, tabs or bars.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Country calling code of numbers that have no plus before them, which are national then; 0 for international ones.</summary>
    public int CallingCode { get; init; }

    /// <summary>Networks by the names that the file has for them, such as operator codes or routing numbers.</summary>
    public IReadOnlyDictionary<string, NetworkId> Names { get; init; } = new Dictionary<string, NetworkId>();

    /// <summary>Adds to what the source has; else the file takes its place.</summary>
    public bool IsAddition { get; init; }

    /// <summary>Reads and checks alone; nothing is written.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Rows that may be wrong, and are left out; with one more nothing is imported.</summary>
    public long MostBadRows { get; init; }

    /// <summary>Wrong rows that are told with their reasons; the rest is counted.</summary>
    public int MostErrors { get; init; } = 100;

    /// <summary>Rows that are sorted in memory at once, 24 bytes each; more go through files beside the index.</summary>
    internal int RowsInMemory { get; init; } = 2_000_000;
}

/// <summary>A row that is wrong.</summary>
/// <param name="Line">Line in the file, from 1 on.</param>
/// <param name="Reason">What was expected.</param>
/// <param name="Text">The beginning of the line.</param>
public sealed record PortedRowError(long Line, string Reason, string Text);

/// <summary>How far an import is.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="Share">Of the step, 0 to 1.</param>
/// <param name="Rows">Rows read so far.</param>
/// <param name="BadRows">Those of them that are wrong.</param>
public readonly record struct PortedImportProgress(PortedImportStep Step, double Share, long Rows, long BadRows);

public enum PortedImportStep
{
    Reading,
    Writing,
}

/// <summary>What an import did.</summary>
public sealed record PortedImportResult
{
    /// <summary>False for a dry run, and where rows were wrong: what the source had before stands.</summary>
    public required bool IsImported { get; init; }

    /// <summary>Why nothing could be read; empty otherwise.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Rows of the file, without its header and empty lines.</summary>
    public long Rows { get; init; }

    public long BadRows { get; init; }

    public IReadOnlyList<PortedRowError> Errors { get; init; } = [];

    /// <summary>Good rows by network, the most first; those that clear numbers stand under the unknown network.</summary>
    public IReadOnlyList<KeyValuePair<NetworkId, long>> Networks { get; init; } = [];

    /// <summary>Numbers, ranges and prefixes of the new index, without overlaps.</summary>
    public long Entries { get; init; }

    /// <summary>Size of the new index.</summary>
    public long Bytes { get; init; }
}
