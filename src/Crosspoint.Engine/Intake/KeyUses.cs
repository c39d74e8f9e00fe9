using System.Collections.Concurrent;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Intake;

/// <summary>When each key was used last, to the hour: a mark of the journal is written no more often.</summary>
public sealed class KeyUses
{
    private const string Prefix = "key-used/";

    private static readonly long Step = Micros.From(TimeSpan.FromHours(1));

    private readonly ConcurrentDictionary<string, long> _used = new(StringComparer.Ordinal);
    private readonly IJournal _journal;
    private readonly TimeProvider _time;

    public KeyUses(AccountDirectory accounts, IJournal journal, TimeProvider time)
    {
        (_journal, _time) = (journal, time);
        accounts.KeyUsed = Note;
    }

    /// <summary>Microseconds; 0 for never.</summary>
    public long LastUseOf(string keySid) => _used.GetValueOrDefault(keySid);

    /// <summary>Reads the marks, and writes them again where new rows go, so that they do not end with what is deleted for its age.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<string, long>> marks = await _journal.ListMarksAsync(Prefix, cancellationToken).ConfigureAwait(false);
        foreach ((string name, long at) in marks) _used[name[Prefix.Length..]] = at;
        if (marks.Count > 0) _journal.Enqueue(new PutMarks([.. marks]));
    }

    private void Note(string keySid)
    {
        long now = _time.GetUtcMicros();
        long last = _used.GetValueOrDefault(keySid);
        if (now - last < Step) return;
        bool isFirst = last == 0 ? _used.TryAdd(keySid, now) : _used.TryUpdate(keySid, now, last);
        if (isFirst) _journal.Enqueue(new PutMarks(KeyValuePair.Create(Prefix + keySid, now)));
    }
}
