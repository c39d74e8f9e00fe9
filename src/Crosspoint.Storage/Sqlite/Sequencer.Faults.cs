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
        // What is copied into the files makes room in the log.
        if (mayResume) CheckpointAll();
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

        if (!mayResume || !_reserve.TrySetAside()) return;
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
            if (thrown is null)
            {
                if (TryFlush(count))
                {
                    SettleCommitted(_retry, count);
                    continue;
                }

                thrown = _noSpace;
            }

            _group.RollBack();
            switch (thrown)
            {
                case JournalGroup.SliceEndedException:
                    break;
                case SqliteFaultException { IsDiskFull: true }:
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

    /// <summary>
    /// Part of a group is committed in one file, and another file found no space. The group cannot be taken back any
    /// more, so it is finished before anything else:
    /// each try writes what is still missing. What can be refused meanwhile is refused.
    /// </summary>
    private void FinishWhenSpaceReturns()
    {
        EnterDiskFull();
        while (true)
        {
            bool isPartlyDone = true;
            try
            {
                _reserve.GiveUp();
                _group.Flush(ref isPartlyDone);
                return;
            }
            catch (SqliteFaultException fault) when (fault.IsDiskFull)
            {
                WaitForTick();
            }
        }
    }

    private void WaitForTick()
    {
        lock (_gate)
        {
            while (!_isTicked)
            {
                for (int i = 0; i < _incoming.Count; i++)
                {
                    Transition transition = _incoming[i];
                    if (transition.IsRequired) continue;
                    _completions.Post(new CompletionLoop.Outcome(transition, StoreFailure.DiskFull));
                    Interlocked.Decrement(ref _depth);
                    _incoming.RemoveAt(i--);
                }

                if (_isClosing)
                {
                    throw new InvalidOperationException("The journal was closed while the disk was full and a group was half written.");
                }
                _isSleeping = true;
                while (_isSleeping) Monitor.Wait(_gate);
            }

            _isTicked = false;
        }
    }

    private void Break(Exception exception)
    {
        Log.Broken(_logger, exception);
        _health = JournalHealth.Broken;
        lock (_gate) _isClosing = true;

        // Whatever is in one of these lists has not been told anything.
        FailAll(_next);
        FailAll(_retry);
        FailAll(_kept);
        FailAll(_work.Skip(_workAt));
        FailAll(_incoming);
        PostOutcomes();
        _broken.TrySetResult();
    }

    private void FailAll(IEnumerable<Transition> transitions)
    {
        foreach (Transition transition in transitions) Settle(transition, StoreFailure.Broken);
    }

    private void Close()
    {
        foreach (Transition transition in _kept) Settle(transition, StoreFailure.Closed);
        _kept.Clear();
        PostOutcomes();
        foreach (Slice slice in _catalog.All)
        {
            if (slice.Writer is not { } writer) continue;
            Checkpoint(slice, truncate: true);
            writer.Dispose();
            slice.Writer = null;
        }

        _health = JournalHealth.Closed;
    }
}
