using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Sessions;

public sealed partial class SmppSession
{
    // The wait for unbind_resp, and of the side that was unbound for the close: SMPP names the timer, not its length.
    private static readonly TimeSpan UnbindTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<CommandStatus?> _bindAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Action? _endAuthentication;
    private TaskCompletionSource? _allAnswered;
    private TaskCompletionSource? _unbindAnswered;
    private TaskCompletionSource? _outputDrained;
    private CommandId _bindCommand;
    private uint _bindSequenceNumber;
    private uint _unbindSequenceNumber;
    private bool _wasBound;
    private int _reason = -1;

    /// <summary>Ends when the session has ended and its handler was told.</summary>
    internal Task Completion => _completion.Task;

    /// <summary>Why the session ended, in words; null while it lives or when the reason says it all.</summary>
    internal string? CloseDetail { get; private set; }

    /// <summary>Why the session ended.</summary>
    internal SmppCloseReason CloseReason => (SmppCloseReason)Math.Max(0, Volatile.Read(ref _reason));

    /// <summary>
    /// Closes in an orderly way: no more requests, wait for outstanding responses, unbind, wait up to 5 s for unbind_resp, close.
    /// </summary>
    /// <param name="drainTimeout">Longest wait for outstanding responses.</param>
    /// <param name="cancellationToken">Ends the waiting, not the closing.</param>
    public Task CloseAsync(TimeSpan drainTimeout, CancellationToken cancellationToken) =>
        CloseAsync(SmppCloseReason.ClosedByOwner, drainTimeout, cancellationToken);

    /// <summary>Closes in an orderly way, waiting for outstanding responses up to the response time.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the closing.</param>
    public Task CloseAsync(CancellationToken cancellationToken) => CloseAsync(_settings.ResponseTimeout, cancellationToken);

    /// <summary>Cuts the connection at once. <see cref="ISmppSessionHandler.OnClosed"/> follows.</summary>
    /// <param name="reason">For the log.</param>
    public void Abort(string reason) => Cut(SmppCloseReason.Aborted, reason);

    internal void Start()
    {
        _writerTask = Task.Run(WriteLoopAsync);
        TimeSpan period = _settings.TimerPeriod;
        _timer = _time.CreateTimer(static state => ((SmppSession)state!).OnTick(), this, period, period);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Sends the bind of an ESME and waits for the answer.</summary>
    /// <returns>The status of the answer; null when the session ended without one.</returns>
    internal Task<CommandStatus?> BindAsync(SmppClientOptions options)
    {
        CommandId bind = options.BindType switch
        {
            SmppBindType.Transmitter => CommandId.BindTransmitter,
            SmppBindType.Receiver => CommandId.BindReceiver,
            _ => CommandId.BindTransceiver,
        };
        Span<byte> body = stackalloc byte[128];
        var request = new BindRequest
        {
            SystemId = Encoding.Latin1.GetBytes(options.SystemId),
            Password = Encoding.Latin1.GetBytes(options.Password),
            SystemType = Encoding.Latin1.GetBytes(options.SystemType),
            InterfaceVersion = options.InterfaceVersion,
            AddrTon = options.AddrTon,
            AddrNpi = options.AddrNpi,
            AddressRange = Encoding.Latin1.GetBytes(options.AddressRange),
        };
        if (!request.TryWrite(body, out int bytes)) throw new InvalidOperationException("A bind field is too long.");
        bool wake;
        lock (_gate)
        {
            _bindCommand = bind;
            _bindSequenceNumber = NextSequenceNumber();
            Append(bind, CommandStatus.Ok, _bindSequenceNumber, body[..bytes]);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return _bindAnswered.Task;
    }

    /// <summary>Sends the outbind of a message centre; the bind of the ESME follows as on any other connection.</summary>
    internal void SendOutbind(string systemId, string password)
    {
        Span<byte> body = stackalloc byte[32];
        var outbind = new Outbind { SystemId = Encoding.Latin1.GetBytes(systemId), Password = Encoding.Latin1.GetBytes(password) };
        if (!outbind.TryWrite(body, out int bytes)) throw new InvalidOperationException("An outbind field is too long.");
        bool wake;
        lock (_gate)
        {
            if (_state != SmppSessionState.Open) return;
            _state = SmppSessionState.Outbound;
            Append(CommandId.Outbind, CommandStatus.Ok, NextSequenceNumber(), body[..bytes]);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
    }

    private async Task CloseAsync(SmppCloseReason reason, TimeSpan drainTimeout, CancellationToken cancellationToken)
    {
        Task? answered = null;
        lock (_gate)
        {
            _accepting = false;
            if (_outstanding is { Count: > 0 } && _state != SmppSessionState.Closed)
            {
                _allAnswered ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                answered = _allAnswered.Task;
            }
        }

        if (answered is not null) await WaitAsync(answered, drainTimeout, cancellationToken).ConfigureAwait(false);
        Task? unbound = SendUnbindAsync();
        if (unbound is not null) await WaitAsync(unbound, UnbindTimeout, cancellationToken).ConfigureAwait(false);
        SetReason(reason, null);
        Shutdown();
        await WaitAsync(_completion.Task, _settings.WriteTimeout, cancellationToken).ConfigureAwait(false);
        Cut(reason, null);
        await _completion.Task.ConfigureAwait(false);
    }

    private Task? SendUnbindAsync()
    {
        bool wake;
        lock (_gate)
        {
            if (IsBeforeBind(_state) || _state is SmppSessionState.Unbound or SmppSessionState.Closed) return null;
            if (_unbindAnswered is not null) return _unbindAnswered.Task;
            _unbindAnswered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _unbindSequenceNumber = NextSequenceNumber();
            Append(CommandId.Unbind, CommandStatus.Ok, _unbindSequenceNumber, default);
            wake = NeedsWake();
        }

        if (wake) _signal.Set(inline: false);
        return _unbindAnswered.Task;
    }

    // Waits for an event of the peer; the end of the session, the time or the caller's patience end the wait as well.
    private async Task WaitAsync(Task what, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(what, _completion.Task).WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.CloseWaitEnded(_logger, Name);
        }
        catch (OperationCanceledException)
        {
            Log.CloseWaitEnded(_logger, Name);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await ReadLoopAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            SetReason(SmppCloseReason.ConnectionFailed, exception.Message);
        }
#pragma warning disable CA1031 // A handler that throws ends its session, not the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, exception, Name);
            SetReason(SmppCloseReason.Aborted, "the handler failed");
        }

        await FinishAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync()
    {
        SetReason(SmppCloseReason.ConnectionFailed, null);
        bool wake;
        lock (_gate)
        {
            _accepting = false;
            _writerStopping = true;
            wake = _writerIdle;
            _writerIdle = false;
            _outputDrained?.TrySetResult();
        }

        // What was written (a nack, a refusal) still goes out when the connection can carry it; the write timer bounds that.
        if (wake) _signal.Set(inline: false);
        if (CloseReason is SmppCloseReason.ConnectionFailed or SmppCloseReason.Aborted) CloseSocket();
        await _writerTask.ConfigureAwait(false);
        Shutdown();
        _timer?.Dispose();
        CloseSocket();
        var unanswered = new List<object?>();
        lock (_gate)
        {
            _state = SmppSessionState.Closed;
            var from = 0;
            while (_outstanding is not null && _outstanding.TryTakeOlder(long.MaxValue, ref from, out OutstandingRequest request))
            {
                unanswered.Add(request.State);
            }

            _output.Return();
        }

        await _input.CompleteAsync().ConfigureAwait(false);
        if (_pieced.Length > 0) ArrayPool<byte>.Shared.Return(_pieced);
        _pieced = [];
        Log.Closed(_logger, Name, CloseReason, CloseDetail, unanswered.Count);
        if (_wasBound) TellClosed(unanswered);
        _bindAnswered.TrySetResult(null);
        _completion.TrySetResult();
    }

    private void TellClosed(List<object?> unanswered)
    {
        try
        {
            lock (_callbacks)
            {
                _handler.OnClosed(this, CloseReason, unanswered);
            }
        }
#pragma warning disable CA1031 // A handler that throws must not take the process down.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, exception, Name);
        }
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> batch = default;
                lock (_gate)
                {
                    if (_output.Pending > 0)
                    {
                        batch = _output.Take();
                        _answersPending = 0;
                    }
                    else if (_writerStopping)
                    {
                        return;
                    }
                    else
                    {
                        _output.Trim();
                        _signal.Reset();
                        _writerIdle = true;
                    }
                }

                if (batch.IsEmpty)
                {
                    await _signal.WaitAsync().ConfigureAwait(false);
                    continue;
                }

                ValueTask write = _stream.WriteAsync(batch, CancellationToken.None);
                if (!write.IsCompleted) Volatile.Write(ref _writeStartedAt, Math.Max(1, _time.GetTimestamp()));
                await write.ConfigureAwait(false);
                Volatile.Write(ref _writeStartedAt, 0);
                lock (_gate)
                {
                    if (_outputDrained is null || _answersPending >= OutputHighWater) continue;
                    _outputDrained.TrySetResult();
                    _outputDrained = null;
                }
            }
        }
#pragma warning disable CA1031 // Whatever stops the writer ends the session; the reader then tells the owner.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Cut(SmppCloseReason.ConnectionFailed, exception.Message);
        }
    }

    // The first reason stands.
    private void SetReason(SmppCloseReason reason, string? detail)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, -1) == -1) CloseDetail = detail;
    }

    private void Cut(SmppCloseReason reason, string? detail)
    {
        SetReason(reason, detail);
        lock (_gate)
        {
            _accepting = false;
            _outputDrained?.TrySetResult();
        }

        CloseSocket();
    }

    private void Shutdown()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Log.SocketGone(_logger, Name, exception.Message);
        }
    }

    private void CloseSocket()
    {
        if (Interlocked.Exchange(ref _socketClosed, 1) == 1) return;
        _endAuthentication?.Invoke();
        _socket.Dispose();
        _stream.Dispose();
    }
}
