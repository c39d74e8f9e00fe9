using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Writing into slices, copying their logs into files, closing what is idle, deleting what is old. All between groups, on the writer's thread.
/// </summary>
internal sealed partial class Sequencer
{
    /// <summary>Ticks without use after which the connection of an old slice is closed.</summary>
    private const int IdleTicks = 60;

    /// <summary>
    /// Ticks between two looks for files to delete. One file goes at a time: a wall clock that jumps ahead must not
    /// empty the directory at once.
    /// </summary>
    private const int RetentionTicks = 60;

    /// <summary>Messages that stay open so long are listed. Most are done by then, and never cost an entry.</summary>
    private static readonly TimeSpan OpenAge = TimeSpan.FromSeconds(30);

    private const int StepsATick = 4;

    private int _ticks;
    private bool _isCheckpointFull;

    /// <summary>At the start, before the thread runs: brings the files up to date. Where there is no space for it, it is tried again.</summary>
    public void Recover() => TryApplyPending();

    /// <summary>
    /// Between groups: what has piled up is moved to where it belongs, at once when there is much of it, else when
    /// nothing waits.
    /// </summary>
    private void Tidy(bool isTicked)
    {
        if (_health != JournalHealth.Ready) return;
        if (isTicked || _group.PendingRows >= _options.ApplyRows || _log.Length >= _options.ApplyBytes)
        {
            if (!TryApplyPending()) return;
        }

        try
        {
            Settle(isTicked);
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull)
        {
            // It stays where it is; the next group finds out whether there is space for it.
        }

        bool isIdle = _workAt == _work.Count && IsIncomingEmpty();
        long limit = isIdle ? _options.IdleCheckpointBytes : _options.BusyCheckpointBytes;
        foreach (Slice slice in _catalog.All)
        {
            if (slice.Writer is { } writer && writer.LogBytes > limit) Checkpoint(slice, truncate: false);
        }
    }

    /// <summary>Writes what is committed into the slices. False when there is no space for it: it stays in the log.</summary>
    private bool TryApplyPending()
    {
        if (!_group.HasPending) return true;
        long started = _time.GetTimestamp();
        try
        {
            Interlocked.Add(ref _logBytesWritten, _group.ApplyPending());
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull)
        {
            EnterDiskFull();
            return false;
        }

        _metrics.Applied(_time.GetElapsedTime(started));
        return true;
    }

    private void Settle(bool isTicked)
    {
        long keysBefore = isTicked ? MessageId.FirstKeyAt((_time.GetUtcNow() - OpenAge).ToUnixTimeMilliseconds()) : 0;
        for (int steps = 0; _group.Settle(keysBefore); steps++)
        {
            // On a tick there is no hurry; otherwise what is over the bound is brought under it.
            if (isTicked && steps == StepsATick) return;
        }
    }

    private bool IsIncomingEmpty()
    {
        lock (_gate) return _incoming.Count == 0;
    }

    private void CheckpointAll()
    {
        foreach (Slice slice in _catalog.All)
        {
            if (slice.Writer is { LogBytes: > 0 }) Checkpoint(slice, truncate: false);
        }
    }

    private void Checkpoint(Slice slice, bool truncate)
    {
        long started = _time.GetTimestamp();
        try
        {
            slice.Writer!.Checkpoint(truncate);
            _isCheckpointFull = false;
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull)
        {
            // The log holds everything; only its copy has to wait.
            if (!_isCheckpointFull) Log.CheckpointFull(_logger, slice.ToString());
            _isCheckpointFull = true;
        }

        _metrics.Checkpointed(_time.GetElapsedTime(started));
    }

    private void Maintain()
    {
        _ticks++;

        // Without space: nothing is closed or deleted that is still to be written to.
        if (_group.HasPending) return;
        List<Slice> slices = _catalog.All;
        for (int i = 0; i < slices.Count; i++)
        {
            if (slices[i].Writer is not { } writer) continue;
            bool isIdle = writer.IsIdleAtTick();
            bool isNewest = i == slices.Count - 1;
            if (isIdle && writer.LogBytes > 0) Checkpoint(slices[i], truncate: !isNewest);
            if (isNewest || writer.IdleTicks < IdleTicks || writer.LogBytes > 0) continue;
            writer.Dispose();
            slices[i].Writer = null;
        }

        if (_ticks % RetentionTicks == 1) DeleteOldest();
    }

    private void DeleteOldest()
    {
        long newestEvent = 0;
        foreach (Slice slice in _catalog.All) newestEvent = Math.Max(newestEvent, slice.LastEvent);
        long keepFrom = _time.GetUtcMicros() - Micros.From(_options.Retention);
        foreach (Slice slice in _catalog.All)
        {
            if (slice.EndMilliseconds * Micros.PerMillisecond > keepFrom) return;
            if (!slice.HasFile || slice.HasOpenMessages()) continue;

            // It is the one that knows where the event log's numbers go on.
            if (newestEvent > 0 && slice.LastEvent == newestEvent) continue;
            slice.Writer?.Dispose();
            slice.Writer = null;

            // Else what the log still shows of it would come back at the next start.
            if (!_log.TryForget()) return;
            _catalog.Remove(slice);
            slice.Delete();
            Log.SliceDeleted(_logger, slice.ToString(), (int)_options.Retention.TotalDays);
            return;
        }
    }
}
