using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>A full disk, from which the journal recovers, and everything else, from which it does not.</summary>
internal sealed partial class Sequencer
{
    private readonly List<Transition> _retry = new(64);

    private void KeepOrRefuse(Transition transition)
    {
        if (transition.IsRequired) _kept.Enqueue(transition);
        else Settle(transition, StoreFailure.DiskFull);
    }

    private void EnterDiskFull()
    {
        if (_health == JournalHealth.DiskFull) return;
        _health = JournalHealth.DiskFull;
        Log.DiskFull(_logger);
        _timer.Change(RetryPeriod, RetryPeriod);
    }

    /// <summary>
    /// Records what was kept. New messages are taken again when all of it is on disk and the reserve could be set aside
    /// anew.
    /// </summary>
    private void RetryKept(bool mayResume)
    {
        // What is copied into the files makes room in their logs, and what is written there makes room in the commit log.
        if (mayResume)
        {
            CheckpointAll();
            while (!TryApplyPending() && _reserve.GiveUp())
            {
            }
        }

        while (_kept.Count > 0)
        {
            while (_kept.Count > 0 && _retry.Count < _options.GroupLimit) _retry.Add(_kept.Dequeue());
            TryRunKept();
            if (_retry.Count == 0) continue;

            // Back to the front of what is kept.
            int behind = _kept.Count;
            foreach (Transition transition in _retry) _kept.Enqueue(transition);
            for (int i = 0; i < behind; i++) _kept.Enqueue(_kept.Dequeue());
            _retry.Clear();
            return;
        }

        if (!mayResume || _group.HasPending || !_reserve.TrySetAside()) return;
        _health = JournalHealth.Ready;
        Log.SpaceReturned(_logger);
        _timer.Change(MaintenancePeriod, MaintenancePeriod);
    }

    /// <summary>
    /// Commits <see cref="_retry"/>, giving up the reserve if that is what it takes. What stays in the list found no
    /// space.
    /// </summary>
    private void TryRunKept()
    {
        while (_retry.Count > 0)
        {
            int count = Apply(_retry, out Exception? thrown);
            if (thrown is null && TryCommit(count))
            {
                SettleCommitted(_retry, count);
                continue;
            }

            _group.RollBack();
            switch (thrown)
            {
                case JournalGroup.SliceEndedException:
                    break;
                case null or SqliteFaultException { IsDiskFull: true }:
                    if (!_reserve.GiveUp()) return;
                    break;
                case SqliteFaultException fault:
                    throw new IOException("A file of the journal cannot be read.", fault);
                default:
                    Reject(_retry, count, thrown!);
                    PostOutcomes();
                    break;
            }
        }
    }

    private void Break(Exception exception)
    {
        Log.Broken(_logger, exception);
        _health = JournalHealth.Broken;
        lock (_gate) _isClosing = true;

        // Whatever is in one of these lists has not been told anything. What was being committed may be in the log, or may not.
        List<Transition> group = _next.Count > 0 ? _next : _retry;
        FailAll(group.Take(_atCommit), StoreFailure.Unknown);
        group.RemoveRange(0, _atCommit);
        FailAll(_next);
        FailAll(_retry);
        FailAll(_kept);
        FailAll(_work.Skip(_workAt));
        FailAll(_incoming);
        PostOutcomes();
        ReleaseReads();
        _broken.TrySetResult();
    }

    private void FailAll(IEnumerable<Transition> transitions, StoreFailure failure = StoreFailure.Broken)
    {
        foreach (Transition transition in transitions) Settle(transition, failure);
    }

    private void Close()
    {
        foreach (Transition transition in _kept) Settle(transition, StoreFailure.Closed);
        _kept.Clear();
        PostOutcomes();

        // Where it finds no space, the next start does it.
        bool isWhole = TryApplyPending();
        if (isWhole) _log.Delete();
        else _log.Dispose();
        foreach (Slice slice in _catalog.All)
        {
            if (slice.Writer is not { } writer) continue;
            Checkpoint(slice, truncate: true);
            writer.Dispose();
            slice.Writer = null;
        }

        _health = JournalHealth.Closed;
        ReleaseReads();
    }
}
