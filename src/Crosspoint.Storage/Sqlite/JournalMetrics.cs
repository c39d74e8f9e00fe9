using System.Diagnostics.Metrics;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Instruments of the journal (meter <see cref="MeterName"/>).</summary>
internal sealed class JournalMetrics
{
    public const string MeterName = "Crosspoint.Storage";

    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<int> _groupSize;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Histogram<double> _applyDuration;

    public JournalMetrics(IMeterFactory? meters)
    {
        Meter meter = meters?.Create(MeterName) ?? Shared.Meter;
        _commitDuration = meter.CreateHistogram<double>(
            "crosspoint.journal.commit.duration", "s", "Time to write a group to the commit log and sync it.");
        _groupSize = meter.CreateHistogram<int>("crosspoint.journal.group.size", "{transition}", "Transitions committed together.");
        _applyDuration = meter.CreateHistogram<double>(
            "crosspoint.journal.apply.duration", "s", "Time to write what is in the commit log into the journal's files.");
        _checkpointDuration = meter.CreateHistogram<double>(
            "crosspoint.journal.checkpoint.duration", "s", "Time to copy a write-ahead log into its file.");
    }

    public void Committed(TimeSpan took, int transitions)
    {
        if (_commitDuration.Enabled) _commitDuration.Record(took.TotalSeconds);
        if (_groupSize.Enabled) _groupSize.Record(transitions);
    }

    public void Applied(TimeSpan took)
    {
        if (_applyDuration.Enabled) _applyDuration.Record(took.TotalSeconds);
    }

    public void Checkpointed(TimeSpan took)
    {
        if (_checkpointDuration.Enabled) _checkpointDuration.Record(took.TotalSeconds);
    }

    private static class Shared
    {
        public static readonly Meter Meter = new(MeterName);
    }
}
