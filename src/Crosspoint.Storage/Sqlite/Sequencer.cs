using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The one thread that writes. It takes everything that waits, applies it in order, commits it as one group to the commit log, and goes
/// on; nobody waits for a timer. Between groups it writes what is committed into the slices, many groups at once.
/// </summary>
internal sealed partial class Sequencer
{
    /// <summary>How often a full disk is tried again.</summary>
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>How often old files, idle connections and idle logs are looked at.</summary>
    private static readonly TimeSpan MaintenancePeriod = TimeSpan.FromSeconds(1);

    private readonly SqliteJournalOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalMetrics _metrics;
    private readonly SliceCatalog _catalog;
    private readonly CommitLog _log;
    private readonly JournalGroup _group;
    private readonly CompletionLoop _completions;
    private readonly SpaceReserve _reserve;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;

    // Waited on with Monitor: a thread that blocks needs the condition variable that Lock does not have.
    private readonly object _gate = new();
    private List<Transition> _incoming = new(1024);
    private List<Transition> _work = new(1024);
    private readonly List<Transition> _next = new(1024);
    private readonly List<CompletionLoop.Outcome> _outcomes = new(1024);
    private readonly Queue<Transition> _kept = new();
    private List<PendingRead> _reads = [];
    private List<PendingRead> _readsAtWork = [];
    private bool _isSleeping;
    private bool _isClosing;
    private bool _isTicked;
    private bool _haveReadsEnded;
    private int _workAt;
    private int _depth;
    private int _atCommit;
    private long _logBytesWritten;
    private volatile JournalHealth _health;

    public Sequencer(
        SqliteJournalOptions options,
        TimeProvider time,
        ILogger logger,
        JournalMetrics metrics,
        SliceCatalog catalog,
        CommitLog log,
        JournalGroup group,
        SpaceReserve reserve)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _metrics = metrics;
        _catalog = catalog;
        _log = log;
        _group = group;
        _reserve = reserve;
        _completions = new(logger);
        _thread = new(Run) { IsBackground = true, Name = "journal" };
        _timer = time.CreateTimer(static state => ((Sequencer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Depth => Volatile.Read(ref _depth);

    public long LogBytesWritten => Interlocked.Read(ref _logBytesWritten);

    public long EntriesSeen => _group.EntriesSeen;

    public long ParkedQueries => _group.ParkedQueries;

    public JournalHealth Health => _health;

    public Task Broken => _broken.Task;

    public void Start()
    {
        _thread.Start();
        TimeSpan period = _health == JournalHealth.DiskFull ? RetryPeriod : MaintenancePeriod;
        _timer.Change(period, period);
    }

    public void Enqueue(Transition transition)
    {
        lock (_gate)
        {
            if (!_isClosing)
            {
                _incoming.Add(transition);
                Interlocked.Increment(ref _depth);
                if (!_isSleeping) return;
                _isSleeping = false;
                Monitor.Pulse(_gate);
                return;
            }
        }

        _completions.Post(
            new CompletionLoop.Outcome(transition, _health == JournalHealth.Broken ? StoreFailure.Broken : StoreFailure.Closed));
    }

    /// <summary>Commits what waits and ends. Completes when every transition has been told.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isClosing = true;
            Wake();
        }

        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _completions.DrainAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Tick()
    {
        lock (_gate)
        {
            _isTicked = true;
            Wake();
        }
    }

    private void Wake()
    {
        if (!_isSleeping) return;
        _isSleeping = false;
        Monitor.Pulse(_gate);
    }

    private void Run()
    {
        try
        {
            while (Take(out bool isTicked))
            {
                RunWork(isTicked);
                AnswerReads();
                Tidy(isTicked);
                if (isTicked) Maintain();
            }

            if (_kept.Count > 0) RetryKept(mayResume: false);
            Close();
        }
        catch (Exception exception)
        {
            Break(exception);
        }
        finally
        {
            _timer.Dispose();
            _ended.TrySetResult();
        }
    }

    // Those who are about to write get the processor first when it is scarce: fewer, larger groups, a sixth less CPU a message under load.
    // When nobody waits for a processor it returns at once.
    private static void LetOthersAdd()
    {
        for (int i = 0; i < 2; i++) Thread.Yield();
    }

    /// <summary>Waits for work or a tick; false when the journal is closing and nothing is left.</summary>
    private bool Take(out bool isTicked)
    {
        LetOthersAdd();
        lock (_gate)
        {
            while (true)
            {
                isTicked = _isTicked;
                _isTicked = false;
                if (_incoming.Count > 0)
                {
                    (_incoming, _work) = (_work, _incoming);
                    return true;
                }

                if (_isClosing) return false;
                if (isTicked || _reads.Count > 0) return true;
                _isSleeping = true;
                while (_isSleeping) Monitor.Wait(_gate);
            }
        }
    }

    private void RunWork(bool isTicked)
    {
        if (isTicked && _health == JournalHealth.DiskFull) RetryKept(mayResume: true);
        _workAt = 0;
        while (_workAt < _work.Count)
        {
            if (_health == JournalHealth.DiskFull)
            {
                // There may be room in the log; where there was none before, the clock says when it is tried again.
                bool isFirst = _kept.Count == 0;
                while (_workAt < _work.Count) KeepOrRefuse(_work[_workAt++]);
                PostOutcomes();
                if (isFirst) RetryKept(mayResume: false);
                break;
            }

            int start = _workAt;
            int most = Math.Min(_work.Count, start + _options.GroupLimit);
            while (_workAt < most) _next.Add(_work[_workAt++]);
            _workAt = start + RunGroup(_next);
            _next.Clear();
            AnswerReads();
            Tidy(isTicked: false);
        }

        _work.Clear();
        _workAt = 0;
    }

    /// <summary>
    /// Applies and commits transitions from the front of the list; returns how many it is done with, whatever became of
    /// them.
    /// </summary>
    private int RunGroup(List<Transition> transitions)
    {
        int rejected = 0;
        while (true)
        {
            int count = Apply(transitions, out Exception? thrown);
            bool isCommitted = thrown is null && TryCommit(count);
            if (isCommitted)
            {
                SettleCommitted(transitions, count);
                return count + rejected;
            }

            _group.RollBack();
            switch (thrown)
            {
                case JournalGroup.SliceEndedException:
                    break;
                case null or SqliteFaultException { IsDiskFull: true }:
                    // Where it was met while reading, the transition that read goes with those before it.
                    count = Math.Min(Math.Max(count, 1), transitions.Count);
                    EnterDiskFull();
                    for (int i = 0; i < count; i++) KeepOrRefuse(transitions[i]);
                    transitions.Clear();
                    PostOutcomes();
                    return count + rejected;
                case SqliteFaultException fault:
                    throw new IOException("A file of the journal cannot be read.", fault);
                default:
                    Reject(transitions, count, thrown!);
                    rejected++;

                    // With an empty log the next one that throws costs nothing.
                    TryApplyPending();
                    break;
            }
        }
    }

    /// <summary>Commits what was applied. False when there was no space for it, and nothing of it was written.</summary>
    private bool TryCommit(int transitions)
    {
        long started = _time.GetTimestamp();
        long before = _log.Length;
        _atCommit = transitions;
        bool isCommitted = _group.TryCommit();
        _atCommit = 0;
        if (!isCommitted) return false;
        Interlocked.Add(ref _logBytesWritten, _log.Length - before);
        _metrics.Committed(_time.GetElapsedTime(started), transitions);
        return true;
    }

    private void SettleCommitted(List<Transition> transitions, int count)
    {
        for (int i = 0; i < count; i++) Settle(transitions[i], null);
        transitions.RemoveRange(0, count);
        PostOutcomes();
        _group.Complete();
    }

    private void Reject(List<Transition> transitions, int index, Exception thrown)
    {
        Transition faulty = transitions[index];
        Log.TransitionThrew(_logger, faulty.GetType().Name, thrown);
        transitions.RemoveAt(index);
        Settle(faulty, StoreFailure.Rejected);
    }

    /// <summary>Applies transitions until the group is full; returns how many. When one throws, it is the next one.</summary>
    private int Apply(List<Transition> transitions, out Exception? thrown)
    {
        _group.Begin();
        thrown = null;
        int count = 0;
        try
        {
            for (; count < transitions.Count && _group.Rows < _options.GroupLimit; count++)
            {
                _group.BeginTransition();
                transitions[count].Apply(_group);
            }
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        return count;
    }

    private void Settle(Transition transition, StoreFailure? failure)
    {
        _outcomes.Add(new(transition, failure));
        Interlocked.Decrement(ref _depth);
    }

    private void PostOutcomes() => _completions.Post(_outcomes);

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "{Transition} threw; nothing of it was kept")]
        public static partial void TransitionThrew(ILogger logger, string transition, Exception exception);

        [LoggerMessage(3002, LogLevel.Error, "The disk is full: new messages are refused until there is space again")]
        public static partial void DiskFull(ILogger logger);

        [LoggerMessage(3003, LogLevel.Warning, "There is space on the disk again: new messages are taken")]
        public static partial void SpaceReturned(ILogger logger);

        [LoggerMessage(
            3004, LogLevel.Critical, "The journal is broken and takes nothing more. End the process; it recovers at the next start")]
        public static partial void Broken(ILogger logger, Exception exception);

        [LoggerMessage(3005, LogLevel.Information, "Deleted {Slice}: everything in it is older than the retention of {Days} days")]
        public static partial void SliceDeleted(ILogger logger, string slice, int days);

        [LoggerMessage(3006, LogLevel.Warning, "No space to copy the write-ahead log of {Slice} into its file; it is tried again")]
        public static partial void CheckpointFull(ILogger logger, string slice);
    }
}
