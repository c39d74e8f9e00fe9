using System.Net.Sockets;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Carriers;

/// <summary>The writing half: what is appended gathers, and one send takes all of it.</summary>
internal sealed partial class CarrierConnection : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, Delivery> _outstanding = [];
    private byte[] _output = new byte[4096];
    private byte[] _spare = new byte[4096];
    private int _outputLength;
    private uint _nextSequence;
    private int _inFlight;
    private bool _isCorked;
    private bool _isSending;
    private TaskCompletionSource? _drained;
    private bool _isClosing;
    private bool _isReset;
    private bool _isClosed;

    /// <summary>Unanswered requests of the carrier.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    private bool IsClosing
    {
        get
        {
            lock (_gate) return _isClosing && !_isClosed;
        }
    }

    /// <summary>Sends a delivery; false when the connection is closed.</summary>
    public bool TryDeliver(Delivery delivery)
    {
        lock (_gate)
        {
            if (_isClosing || _isClosed) return false;
            uint sequence = NextSequence();
            while (!_outstanding.TryAdd(sequence, delivery)) sequence = NextSequence();
            _inFlight++;
            delivery.Attempts++;
            delivery.SentAt = _time.GetTimestamp();
            AppendLocked(delivery.CommandId, CommandStatus.Ok, sequence, delivery.Encoded);
        }

        _carrier.OnSent(delivery);
        return true;
    }

    /// <summary>Ends the connection after what is written already. What was not answered goes back to the customer's queue.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isClosing) return;
            _isClosing = true;
            _isCorked = false;
            if (_outputLength > 0 || _isSending)
            {
                StartSending();
                return;
            }
        }

        Finish();
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    private void Append(CommandId commandId, CommandStatus status, uint sequence, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            if (!_isClosing && !_carrier.Behaviour.Stall) AppendLocked(commandId, status, sequence, body);
        }
    }

    private void AppendLocked(CommandId commandId, CommandStatus status, uint sequence, ReadOnlySpan<byte> body)
    {
        int length = PduHeader.Bytes + body.Length;
        if (_output.Length - _outputLength < length) Array.Resize(ref _output, Math.Max(_output.Length * 2, _outputLength + length));
        Span<byte> place = _output.AsSpan(_outputLength, length);
        WriteHeader(place, length, commandId, status, sequence);
        body.CopyTo(place[PduHeader.Bytes..]);
        _outputLength += length;
        if (!_isCorked) StartSending();
    }

    /// <summary>Holds back the send while a batch is read: all its answers leave together.</summary>
    private void Cork()
    {
        lock (_gate) _isCorked = true;
    }

    private void Uncork()
    {
        lock (_gate)
        {
            _isCorked = false;
            if (_outputLength == 0 || _isSending) return;
            _isSending = true;
        }

        _ = SendAsync();
    }

    private void StartSending()
    {
        if (_isSending) return;
        _isSending = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                byte[] sending;
                int length;
                lock (_gate)
                {
                    if (_outputLength < OutputLimit)
                    {
                        _drained?.TrySetResult();
                        _drained = null;
                    }

                    if (_outputLength == 0)
                    {
                        _isSending = false;
                        if (!_isClosing) return;
                        break;
                    }

                    (sending, length) = (_output, _outputLength);
                    (_output, _spare) = (_spare, _output);
                    _outputLength = 0;
                }

                for (var sent = 0; sent < length;)
                {
                    Memory<byte> rest = sending.AsMemory(sent, length - sent);
                    sent += await _socket.SendAsync(rest, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The reader sees the same end and reports it.
        }

        lock (_gate) _isClosing = true;
        Finish();
    }

    private async ValueTask WaitForOutputAsync()
    {
        Task drained;
        lock (_gate)
        {
            if (_outputLength < OutputLimit || _isClosing) return;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        await drained.ConfigureAwait(false);
    }

    private uint NextSequence()
    {
        uint sequence = _nextSequence;
        // The specification ends at 0x7FFFFFFF; a carrier told to begin above it goes on to the end of 32 bits.
        _nextSequence = sequence is 0x7FFF_FFFF or uint.MaxValue ? 1 : sequence + 1;
        return sequence;
    }

    private Delivery? TakeOutstanding(uint sequence)
    {
        lock (_gate)
        {
            if (!_outstanding.Remove(sequence, out Delivery? delivery)) return null;
            _inFlight--;
            return delivery;
        }
    }

    /// <summary>Gives up waiting for responses that are overdue.</summary>
    private void ReturnExpired(TimeSpan limit)
    {
        List<Delivery>? expired = null;
        lock (_gate)
        {
            foreach ((uint sequence, Delivery delivery) in _outstanding)
            {
                if (_time.GetElapsedTime(delivery.SentAt) < limit) continue;
                (expired ??= []).Add(delivery);
                _outstanding.Remove(sequence);
                _inFlight--;
            }
        }

        if (expired is null) return;
        foreach (Delivery delivery in expired) _carrier.Redeliver(delivery);
        Customer?.Pump();
    }

    private void Finish()
    {
        List<Delivery> unanswered;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            unanswered = [.. _outstanding.Values];
            _outstanding.Clear();
            _drained?.TrySetResult();
            _drained = null;
        }

        try
        {
            if (_isReset) _socket.LingerState = new LingerOption(true, 0);
            else _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        _socket.Dispose();
        Customer?.Leave(this);
        _carrier.OnClosed(this);
        // Newest first to the front of the queue, so that they stand in their old order.
        unanswered.Sort(static (a, b) => b.SentAt.CompareTo(a.SentAt));
        foreach (Delivery delivery in unanswered) _carrier.Return(delivery);
    }
}
