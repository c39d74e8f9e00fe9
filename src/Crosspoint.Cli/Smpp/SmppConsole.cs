using System.Globalization;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Cli.Smpp;

/// <summary>
/// One bind, and the commands of a person or a script. A command waits for its answer before the next is read, so that a script needs no
/// pauses.
/// </summary>
internal sealed partial class SmppConsole : ISmppSessionHandler, IAsyncDisposable
{
    private readonly ConsoleWire _wire;
    private readonly TimeProvider _time;
    private readonly bool _isInteractive;
    private readonly SmppClient _client;
    private readonly TaskCompletionSource<bool> _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _receipts = new(StringComparer.Ordinal);
    private TaskCompletionSource _nextReceipt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _receiptCount;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SmppConsole(SmppClientOptions options, ConsoleWire wire, TimeProvider time, bool isInteractive)
    {
        _wire = wire;
        _time = time;
        _isInteractive = isInteractive;
        _client = new SmppClient(options, this, time, NullLogger.Instance);
        _client.StateChanged += OnStateChanged;
    }

    /// <summary>An answer, copied out of the reader's buffer.</summary>
    private sealed record Answer(PduHeader Header, byte[] Body);

    /// <summary>Binds, reads commands until quit, the end of the input, the end of the session or the cancellation, and unbinds.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(TextReader input, CancellationToken cancellationToken)
    {
        _client.Start();
        try
        {
            if (!await _bound.Task.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                _wire.Note($"not bound: {_client.LastError}");
                return ExitCodes.Failed;
            }

            SmppSession session = _client.Session!;
            _wire.Note(string.Create(
                CultureInfo.InvariantCulture, $"bound to {Visible(session.SystemId ?? "")}, version 0x{session.InterfaceVersion:X2}; help shows the commands"));
            await ReadCommandsAsync(input, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _wire.Note("stopped");
        }

        if (_ended.Task.IsCompleted)
        {
            _wire.Note($"{_client.LastError}");
            return ExitCodes.Failed;
        }

        // Unbinds; answers that are outstanding are waited for, as long as an answer may take.
        await _client.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync().ConfigureAwait(false);

    public void OnBound(SmppSession session)
    {
    }

    public void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.CommandId)
        {
            case CommandId.DeliverSm:
                DecodeResult delivered = DeliverSm.TryRead(body, out DeliverSm message);
                session.Respond(header, delivered.Status, default);
                if (delivered.IsOk) NoteReceipt(message.EsmClass, message.Text, message.Tlvs);
                break;
            case CommandId.DataSm:
                DecodeResult carried = DataSm.TryRead(body, out DataSm data);
                session.Respond(header, carried.Status, default);
                if (carried.IsOk) NoteReceipt(data.EsmClass, data.Text, data.Tlvs);
                break;
            default:
                session.Respond(header, CommandStatus.InvalidCommandId, default);
                break;
        }
    }

    public void OnResponse(
        SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late) =>
        (state as TaskCompletionSource<Answer?>)?.TrySetResult(new Answer(header, body.ToArray()));

    public void OnTimeout(SmppSession session, object? state)
    {
        _wire.Note("no answer came in time");
        (state as TaskCompletionSource<Answer?>)?.TrySetResult(null);
    }

    public void OnWindowOpened(SmppSession session)
    {
    }

    public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
    {
        foreach (object? state in unanswered) (state as TaskCompletionSource<Answer?>)?.TrySetResult(null);
    }

    private void OnStateChanged(SmppClient client, SmppClientState state)
    {
        if (state == SmppClientState.Bound)
        {
            _bound.TrySetResult(true);
        }
        else if (state is SmppClientState.WaitingToReconnect or SmppClientState.Suspended
            || (state == SmppClientState.Stopped && client.LastError is not null))
        {
            if (!_bound.TrySetResult(false)) _ended.TrySetResult();
        }
    }

    private void NoteReceipt(byte esmClass, ReadOnlySpan<byte> text, ReadOnlySpan<byte> tlvs)
    {
        if (!EsmClass.IsReceipt(esmClass) && !EsmClass.IsIntermediate(esmClass)) return;
        if (!DeliveryReceipt.TryParse(text, new TlvReader(tlvs), out DeliveryReceipt receipt)) return;
        string state = receipt.State.ToString().ToUpperInvariant();
        string id = Encoding.Latin1.GetString(receipt.TextId.IsEmpty ? receipt.TlvId : receipt.TextId);
        string error = receipt.ErrorCode.IsEmpty ? "" : $", err {Encoding.Latin1.GetString(receipt.ErrorCode)}";
        string done = receipt.DoneDate is { } at ? at.ToString(", 'done' yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) : "";
        _wire.Note($"receipt: {Visible(id)} {state}{Visible(error)}{done}");
        TaskCompletionSource came;
        lock (_gate)
        {
            _receipts[state] = _receipts.GetValueOrDefault(state) + 1;
            _receiptCount++;
            came = _nextReceipt;
            _nextReceipt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        came.TrySetResult();
    }

    // What the peer says must not steer the terminal.
    private static string Visible(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
