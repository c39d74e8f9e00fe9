using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Looks host names up on threads of its own: the system's resolver blocks for seconds when a name server is dead, and must not take the
/// thread pool with it. One look-up a host at a time, and a bounded number in all. No account holds more than a part of the places, so that
/// one which names hosts under a dead name server does not keep the others from their receivers.
/// </summary>
internal sealed class HostResolver(TimeProvider time, Func<string, IPAddress[]>? lookUp = null) : IDisposable
{
    /// <summary>Look-ups at once.</summary>
    public const int MostAtOnce = 16;

    /// <summary>Look-ups at once for one account: a quarter of the places, more than working name servers need.</summary>
    public const int MostPerAccount = 4;

    private const int MostFailures = 1_000;

    // Spares a dead name server's next questions, and is over before the first retry of a webhook (5 s ± 20 %) asks again.
    private static readonly TimeSpan KeepFailure = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Func<string, IPAddress[]> _lookUp = lookUp ?? Dns.GetHostAddresses;
    private readonly Dictionary<string, LookUp> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly LinkedList<LookUp> _waiting = new();
    private readonly Dictionary<string, int> _runningByAccount = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long At, SocketError Error)> _failures = new(StringComparer.OrdinalIgnoreCase);
    private int _running;
    private bool _isDisposed;

    /// <param name="accountSid">The account whose receiver it is.</param>
    /// <exception cref="SocketException">The name cannot be resolved, or could not be a moment ago.</exception>
    public async ValueTask<IPAddress[]> ResolveAsync(string host, string accountSid, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];
        LookUp mine;
        lock (_gate)
        {
            if (FailedLately(host, out SocketError error)) throw new SocketException((int)error);
            if (!_underWay.TryGetValue(host, out LookUp? found))
            {
                found = new(host);
                _underWay.Add(host, found);
                found.Place = _waiting.AddLast(found);
            }

            mine = found;
            mine.Waiters++;
            if (!mine.Accounts.Contains(accountSid)) mine.Accounts.Add(accountSid);
            StartWhatMay();
        }

        try
        {
            return await mine.Result.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) Leave(mine);
        }
    }

    /// <summary>What waits for a place is not begun any more.</summary>
    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
    }

    // Under _gate. Nobody waits any more: what has not begun need not.
    private void Leave(LookUp left)
    {
        if (--left.Waiters > 0 || left.Place is null) return;
        _waiting.Remove(left.Place);
        left.Place = null;
        _underWay.Remove(left.Host);
    }

    // Under _gate. In the order of asking, but for accounts that have their share.
    private void StartWhatMay()
    {
        if (_isDisposed) return;
        LinkedListNode<LookUp>? node = _waiting.First;
        while (node is not null && _running < MostAtOnce)
        {
            LookUp next = node.Value;
            LinkedListNode<LookUp>? after = node.Next;
            string? account = next.Accounts.Find(candidate => _runningByAccount.GetValueOrDefault(candidate) < MostPerAccount);
            if (account is not null)
            {
                _waiting.Remove(node);
                next.Place = null;
                _running++;
                _runningByAccount[account] = _runningByAccount.GetValueOrDefault(account) + 1;
                _ = Task.Factory.StartNew(
                    () => Run(next, account), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            node = after;
        }
    }

    private void Run(LookUp one, string account)
    {
        IPAddress[] addresses = [];
        Exception? failure = null;
        try
        {
            addresses = _lookUp(one.Host);
        }
#pragma warning disable CA1031 // Whoever waits gets it; here is nobody who could.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        lock (_gate)
        {
            _running--;
            int left = _runningByAccount[account] - 1;
            if (left == 0) _runningByAccount.Remove(account);
            else _runningByAccount[account] = left;
            _underWay.Remove(one.Host);
            if (failure is SocketException { SocketErrorCode: SocketError error }) NoteFailure(one.Host, error);
            StartWhatMay();
        }

        if (failure is null)
        {
            one.Result.SetResult(addresses);
            return;
        }

        one.Result.SetException(failure);
        _ = one.Result.Task.Exception; // nobody may be waiting any more
    }

    // Under _gate.
    private bool FailedLately(string host, out SocketError error)
    {
        error = default;
        if (!_failures.TryGetValue(host, out (long At, SocketError Error) failure)) return false;
        error = failure.Error;
        if (time.GetElapsedTime(failure.At) < KeepFailure) return true;
        _failures.Remove(host);
        return false;
    }

    // Under _gate. A memory of seconds need not be exact: when it is full it begins anew.
    private void NoteFailure(string host, SocketError error)
    {
        if (_failures.Count >= MostFailures) _failures.Clear();
        _failures[host] = (time.GetTimestamp(), error);
    }

    private sealed class LookUp(string host)
    {
        public string Host => host;

        /// <summary>Who asks for it; the place is taken from the share of one that has room.</summary>
        public List<string> Accounts { get; } = [];

        public int Waiters { get; set; }

        /// <summary>Its place in the queue; null when it has begun.</summary>
        public LinkedListNode<LookUp>? Place { get; set; }

        public TaskCompletionSource<IPAddress[]> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
