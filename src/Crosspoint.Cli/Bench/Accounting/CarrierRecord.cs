using System.Text.Json;

namespace Crosspoint.Cli.Bench.Accounting;

/// <summary>The carrier's own log of what it accepted: how often each part of each message came.</summary>
internal sealed class CarrierRecord
{
    private readonly Dictionary<int, int[]> _copies = [];

    /// <summary>Numbers of all messages of which a part came.</summary>
    public IReadOnlyCollection<int> Numbers => _copies.Keys;

    /// <summary>Reads a submit_log whose carrier has ended.</summary>
    public static CarrierRecord Read(string submitLog)
    {
        var record = new CarrierRecord();
        foreach (string line in File.ReadLines(submitLog))
        {
            using JsonDocument submission = JsonDocument.Parse(line);
            JsonElement root = submission.RootElement;
            if (SubmissionLog.NumberIn(root.GetProperty("text").GetString()!) is not { } number) continue;
            int parts = root.TryGetProperty("parts", out JsonElement total) ? total.GetInt32() : 1;
            int part = root.TryGetProperty("part", out JsonElement which) ? which.GetInt32() : 1;
            if (!record._copies.TryGetValue(number, out int[]? copies)) record._copies[number] = copies = new int[parts];
            copies[part - 1]++;
        }

        return record;
    }

    /// <summary>Whether every part came.</summary>
    public bool HasWhole(int number) => _copies.TryGetValue(number, out int[]? copies) && Array.TrueForAll(copies, count => count > 0);

    /// <summary>Parts beyond the first copy of each.</summary>
    public int SecondCopies(int number)
    {
        int extra = 0;
        foreach (int count in _copies.GetValueOrDefault(number, [])) extra += Math.Max(0, count - 1);
        return extra;
    }
}
