using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Reads of what is committed and not in the files yet.</summary>
internal sealed partial class Sequencer
{
    /// <summary>The files lag behind what is committed.</summary>
    public bool HasPending => _group.HasPending;

    /// <summary>The file of a message may lag behind.</summary>
    public bool MayBePending(long key) => _group.MayBePending(key);

    /// <summary>Answers between two groups. When the journal is closed, or has no space, the files are all there is.</summary>
    public async ValueTask<PendingRead> ReadAsync(IReadOnlyList<long>? keys, CancellationToken cancellationToken)
    {
        var read = new PendingRead(keys);
        lock (_gate)
        {
            if (_haveReadsEnded) return read;
            _reads.Add(read);
            Wake();
        }

        await read.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        return read;
    }

    private void AnswerReads()
    {
        lock (_gate)
        {
            if (_reads.Count == 0) return;
            (_reads, _readsAtWork) = (_readsAtWork, _reads);
        }

        bool isToApply = false;
        foreach (PendingRead read in _readsAtWork)
        {
            isToApply |= read.Keys is null;
            if (read.Keys is not null) Copy(read, read.Keys);
        }

        // Without space it is tried with the rest, four times a second.
        if (isToApply && _health == JournalHealth.Ready) TryApplyPending();
        foreach (PendingRead read in _readsAtWork) read.Complete();
        _readsAtWork.Clear();
    }

    private void Copy(PendingRead read, IReadOnlyList<long> keys)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            if (_group.TryCopyPending(keys[i], out Message? message)) read.Add(keys[i], message);
        }
    }

    /// <summary>At the end: whoever still waits reads the files.</summary>
    private void ReleaseReads()
    {
        lock (_gate)
        {
            _haveReadsEnded = true;
            _readsAtWork.AddRange(_reads);
            _reads.Clear();
        }

        foreach (PendingRead read in _readsAtWork) read.Complete();
        _readsAtWork.Clear();
    }
}
